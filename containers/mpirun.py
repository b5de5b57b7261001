#!/usr/bin/python3
"""The mpirun inside the root folder that containers/run builds: Open MPI's, but ranks end in their own time.

Open MPI's mpirun answers Ctrl-C and SIGTERM by killing the ranks a quarter of a second later, and ends with
status 1 whatever they would have said. Here the ranks get the signal, finish what they are writing and say
with which status they end; Open MPI's mpirun never sees it. Ranks that have not ended within `PATIENCE`
seconds, or when a second signal comes, are killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FORWARDED = (signal.SIGUSR1, signal.SIGUSR2)  # by Open MPI's mpirun itself
PATIENCE = 30  # seconds, as Slurm has by default
ECHO = 1.0  # seconds; a second signal within them is the first one, sent to the group and to the process


def ranks(parent: int) -> list[int]:
    """Return the process ids of the ranks that mpirun has started.

    Args:
        parent: The process id of Open MPI's mpirun.
    """
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for children in lists for child in children.read_text().split()]


def send(parent: int, number: int) -> None:
    """Send a signal to every rank, together with what it has started.

    Args:
        parent: The process id of Open MPI's mpirun.
        number: The signal.
    """
    for rank in ranks(parent):
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.killpg(os.getpgid(rank), number)


def main(arguments: list[str]) -> int:
    """Run mpirun and return its exit status.

    Args:
        arguments: The command line of mpirun.
    """
    # What is blocked here stays blocked in mpirun, which opens it again for the ranks.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    command = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/bin/mpirun", *arguments]
    process = subprocess.Popen(command)
    told: float | None = None

    def end(number: int, _frame: object) -> None:
        nonlocal told
        now = time.monotonic()
        if told is not None:
            if now - told > ECHO:
                send(process.pid, signal.SIGKILL)
        elif ranks(process.pid):
            told = now
            signal.alarm(PATIENCE)
            send(process.pid, number)
        else:  # none has been started
            process.kill()

    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # ignored under nohup
            signal.signal(number, end)
    for number in FORWARDED:
        signal.signal(number, lambda number, _frame: process.send_signal(number))
    signal.signal(signal.SIGALRM, lambda *_: send(process.pid, signal.SIGKILL))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    status = process.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
