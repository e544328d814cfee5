"""The stage: what every emulator of a service needs, and nothing that only one service has.

A service is a subclass of Service (service.py) and is started by run() (command.py).  The stage gives it HTTP, keys,
routes, paging, rate limits, faults, switches, a log of requests and the control paths.  It imports no service.
"""
