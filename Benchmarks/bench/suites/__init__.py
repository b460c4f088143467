"""What is measured, in the order of the page."""

from .dimension import Dimension, History
from .flat import Flat
from .month import MonthAgain
from .onefile import FileOfMonths
from .peers import Peers
from .star import Star
from .tiny import Tiny

SUITES = (Star, Peers, Flat, MonthAgain, FileOfMonths, Dimension, History, Tiny)
