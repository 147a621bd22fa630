"""`python -m wallboard`: the same as the command `wallboard`."""

from wallboard.cli import main

if __name__ == "__main__":
    main()
