#pragma once
/* bzlib.h names FILE without including what declares it. */
#include <stdio.h>
#include <bzlib.h>
