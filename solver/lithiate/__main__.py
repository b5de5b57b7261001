"""``python -m lithiate`` is the command ``lithiate``."""

from lithiate.cli import main

raise SystemExit(main())
