"""Consistency checks of the ACT preset: consistency.py FILE [--without FILE] [--first-day FILE]; see klynge_analysis.consistency."""
from klynge_analysis.consistency import main

if __name__ == "__main__":
    main()
