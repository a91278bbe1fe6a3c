"""X-Request-Id in answers to the tests' clients: these call Django without the WSGI application, which names them."""

from django.utils.deprecation import MiddlewareMixin

from config.http.answers import HEADER, request_id


class AddRequestId(MiddlewareMixin):
    def process_response(self, request, response):
        response.headers[HEADER] = request_id()
        return response
