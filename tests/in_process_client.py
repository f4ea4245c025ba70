"""People who take part by Django's test client, without a server."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.people import Person


class InProcessUser(Person):
    def __init__(
        self, name: str, session_id: str = "", client: type[Client] = Client
    ) -> None:
        super().__init__(name, session_id)
        self.client = client(headers={"accept": "application/json"})

    def get(self, path: str, **options: Any) -> HttpResponse:
        return self.client.get(path, **options)

    def post(self, path: str, fields: dict[str, Any]) -> HttpResponse:
        return self.client.post(path, fields)
