import json
import os
import resource
import sys
import time


def report(seconds, answer):
    """Sends a result to the runner in the form that harness/report.mjs uses, or prints it."""
    cpu = time.process_time() * 1000
    result = {"ms": seconds * 1000, "cpuMs": cpu, "peakKb": peak_kilobytes(), "answer": answer}
    descriptor = int(os.environ.get("LABELKIT_BENCH_FD", "1"))
    os.write(descriptor, (json.dumps(result) + "\n").encode())


def peak_kilobytes():
    """Highest resident memory in KiB; ru_maxrss would start from the peak of the runner."""
    if sys.platform == "linux":
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
