"""python -m niangjia.witness"""

import sys

from niangjia.witness.cli import main

if __name__ == "__main__":
    sys.exit(main())
