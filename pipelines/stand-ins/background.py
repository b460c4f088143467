"""What the stand-ins share: a server of this machine that goes on in the background."""
import os


def serve(server, variables, process_variable):
    """Prints what a shell is to export, the server's process among it, and serves in the background until it is killed."""
    process = os.fork()
    if process:
        for name, value in {**variables, process_variable: process}.items():
            print(f"export {name}={value}")
        return
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    server.serve_forever()
