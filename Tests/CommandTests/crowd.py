"""Many connections to a relay. Usage: crowd.py HOST PORT; ends when standard input does.

Each line of standard input is a number: so many are opened, or, below zero, closed. Then all are asked for the health of
the relay, and a line tells how many have an answer; the others are forgotten.
"""

import resource
import socket
import sys

QUESTION = b"GET /health HTTP/1.1\r\nHost: relay\r\n\r\n"


def is_answered(connection):
    try:
        answer = b""
        while not answer.endswith(b"ok\n"):
            piece = connection.recv(4096)
            if not piece:
                return False
            answer += piece
        return True
    except OSError:
        return False


def ask(connection):
    try:
        connection.sendall(QUESTION)
    except OSError:
        pass


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
connections = []
for line in sys.stdin:
    number = int(line)
    for _ in range(number):
        connections.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=30))
    for _ in range(-number):
        connections.pop().close()
    for connection in connections:
        ask(connection)
    connections = [connection for connection in connections if is_answered(connection)]
    print(len(connections), flush=True)
