"""What was looked at, with what outcome."""

import sys


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def verdict(self, what, wrong):
        """One check: what it looked at, and what it found wrong."""
        wrong = list(wrong)
        if not wrong:
            self.passed += 1
            return
        self.failed += 1
        print(f"{what}:")
        for line in wrong[:20]:
            print(f"    {line}")
        if len(wrong) > 20:
            print(f"    and {len(wrong) - 20} more")

    def not_checked(self, what, why):
        """One check that this machine cannot do."""
        self.skipped += 1
        print(f"NOT CHECKED: {what}: {why}")

    def finish(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}")
        sys.exit(1 if self.failed or not self.passed else 0)
