"""How the paths of the service begin, as `path_info` has them: without the prefix that PUBLIC_URL may name."""

ADMIN = "/admin/"
API = "/jsonApi/"
STATIC = "/static/"
DOCUMENTS = "/jsonApi/docs"
PROBES = ("/healthz", "/readyz")
