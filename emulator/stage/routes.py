"""Routes: from a method and a path to a function.

A route is (method, path, scopes, function).  {name} in the path is a part of it, up to the next slash; the function
finds it in request.args.  The function takes the request and returns a JSON value, bytes that are JSON already, or
(status, value) or (status, value, headers).
"""
import re
import urllib.parse


def compile_routes(routes, **parts):
    """Routes for Service.routes.  parts: what a part of some name may be, as a regular expression."""
    def pattern(path):
        return re.compile(re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{parts.get(m[1], '[^/]+')})", path))
    return [(method, pattern(path), scopes, function) for method, path, scopes, function in routes]


def find_route(request):
    """(scopes, function) of the first route that the request matches, or a 404."""
    for method, pattern, scopes, function in request.service.routes:
        if method == request.method:
            found = pattern.fullmatch(request.path)
            if found:
                request.args = {name: urllib.parse.unquote(part) for name, part in found.groupdict().items()}
                return scopes, function
    raise request.service.no_endpoint(request)
