"""People who play over HTTP, as their browsers would."""

from typing import Any

from django.http import HttpResponse
from django.test import Client


class Player:
    """Somebody with a browser of her own."""

    def __init__(self, name: str, session_id: str = "") -> None:
        self.name = name
        self.session_id = session_id
        self.client = Client(headers={"accept": "application/json"})

    def starts_a_session(self, **fields: str) -> str:
        answer = self.client.post(
            "/s/",
            {
                "name": "Payments refinement",
                "display_name": self.name,
                "deck": "fibonacci",
                **fields,
            },
        )
        assert answer.status_code == 303, answer.content
        self.session_id = answer["Location"].split("/")[2]
        return self.session_id

    def joins(self, session_id: str, role: str = "voter") -> "Player":
        self.session_id = session_id
        answer = self.does("join/", display_name=self.name, role=role)
        assert answer.status_code == 303, answer.content
        return self

    def does(self, path: str, **fields: Any) -> HttpResponse:
        """Post to an address of the session; any answer is given back."""
        return self.client.post(f"/s/{self.session_id}/{path}", fields)

    def did(self, path: str, **fields: Any) -> None:
        """Post to an address of the session, which must do it."""
        answer = self.does(path, **fields)
        assert answer.status_code == 204, (path, answer.status_code, answer.content)

    def is_refused(self, path: str, **fields: Any) -> tuple[int, str]:
        """Post to an address of the session: the refusal's status and code."""
        answer = self.does(path, **fields)
        assert answer.status_code >= 400, (path, answer.status_code)
        refusal = answer.json()
        assert refusal["error"].endswith((".", "?")), "a refusal is a sentence"
        return answer.status_code, refusal["code"]

    @property
    def state(self) -> dict[str, Any]:
        answer = self.client.get(f"/s/{self.session_id}/state/")
        assert answer.status_code == 200, answer.content
        return answer.json()

    @property
    def user_id(self) -> str:
        return self.state["me"]["userId"]

    def adds_a_task(self, title: str = "Refund part of an order") -> str:
        self.did("tasks/", title=title)
        return self.state["tasks"][-1]["taskId"]

    def starts_a_round(self, title: str = "Refund part of an order") -> str:
        task_id = self.adds_a_task(title)
        self.did(f"tasks/{task_id}/start/")
        return task_id
