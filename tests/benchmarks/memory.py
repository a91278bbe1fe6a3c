"""Peak memory of a server's worker processes beyond what they hold when idle; on Linux, whose kernel keeps the peak."""

import re
from pathlib import Path

import psutil

IS_MEASURED = Path("/proc/self/clear_refs").exists()
RESET_PEAK = "5"  # proc(5), clear_refs


class PeakMemory:
    """Watches the workers of a server that is idle now and has served before."""

    def __init__(self, server_pid: int):
        self.idle = {child.pid: _kilobytes(child.pid, "VmRSS") for child in psutil.Process(server_pid).children()}
        for pid in self.idle:
            Path(f"/proc/{pid}/clear_refs").write_text(RESET_PEAK)

    def beyond_idle(self) -> int:
        """Return the bytes by which the busiest worker has exceeded its idle size."""
        return 1024 * max(_kilobytes(pid, "VmHWM") - idle for pid, idle in self.idle.items())


def _kilobytes(pid: int, name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1])
