#pragma once
#include <hiredis/hiredis.h>
#include <sys/eventfd.h>

// Swift's Glibc module leaves <sys/eventfd.h> out, and EFD_… are enumerators of an unnamed enum.
static inline int chiredis_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
