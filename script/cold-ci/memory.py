"""Every 2 s: the proportional memory (PSS) of each named process tree, and what the machine has left.

usage: memory.py PHASE_FILE OUT NAME=PID_OR_PID_FILE...
"""

import os
import sys
import time


def parents():
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as file:
                found[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue  # it ended between the listing and the look
    return found


def pss_mib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
    except (OSError, StopIteration):
        return 0.0


def tree(root, children):
    todo, seen = [root], []
    while todo:
        pid = todo.pop()
        seen.append(pid)
        todo += children.get(pid, [])
    return seen


def root_pid(text):
    if text.isdigit():
        return int(text)
    try:
        with open(text) as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def main():
    phase_file, out, *named = sys.argv[1:]
    peaks, lowest = {}, {}
    while True:
        with open(phase_file) as file:
            phase = file.read().strip()
        if phase == "end":
            return
        children = {}
        for pid, parent in parents().items():
            children.setdefault(parent, []).append(pid)
        together = 0.0
        for name, text in (pair.split("=", 1) for pair in named):
            root = root_pid(text)
            used = sum(map(pss_mib, tree(root, children))) if root else 0.0
            together += used
            peaks[phase, name] = max(peaks.get((phase, name), 0.0), used)
        peaks[phase, "together"] = max(peaks.get((phase, "together"), 0.0), together)
        with open("/proc/meminfo") as file:
            available = next(int(line.split()[1]) // 1024 for line in file if line.startswith("MemAvailable"))
        lowest[phase] = min(lowest.get(phase, available), available)
        with open(out, "w") as file:
            file.writelines(f"{phase}\t{name}\tpeak {mib:.0f} MiB\n" for (phase, name), mib in peaks.items())
            file.writelines(f"{phase}\tavailable\tlowest {mib} MiB\n" for phase, mib in lowest.items())
        time.sleep(2)


main()
