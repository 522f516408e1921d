"""`python -m airprox` is the `airprox` command."""

import sys

from .cli import main

sys.exit(main())
