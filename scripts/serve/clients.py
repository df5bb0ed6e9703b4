#!/usr/bin/env python3
"""Clients as other projects have them, against a running `ragstill serve`.

    scripts/serve/clients.py URL

Each sends what that project's code sends and insists on what it insists on: ReaRAG's search, answer and agent, FlashRAG's
batches, Search-R1's environment and verl's search tool. URL must serve documents about lakes and bridges, such as those of
`crates/cli/demo`, with a teacher that answers anything. Needs `requests`; prints a line for each client.
"""

import json
import sys

import requests

JSON = {"Content-Type": "application/json"}


class ReaRag:
    """ReaRAG's engine: a retriever at /search, and a model at /generate."""

    def __init__(self, url):
        self.retriever_api, self.generation_api = f"{url}/search", f"{url}/generate"

    def search(self, query, top_k=3):
        body = {"query": query, "top_n": top_k, "return_score": False}
        response = requests.post(self.retriever_api, json=body, headers=JSON, timeout=300)
        response.raise_for_status()
        return response.json()

    def generate(self, prompt, **more):
        parameters = {"max_tokens": 1024, "top_p": 0.7, "temperature": 0.95, "stop": None, "skip_special_tokens": False}
        body = {"inputs": prompt, "stream": False, "parameters": {**parameters, **more}}
        response = requests.post(self.generation_api, json=body, headers=JSON, timeout=360)
        response.raise_for_status()
        answer = response.json()
        assert len(answer) == 1, "the response has one key"
        return answer["outputs"][0]["generated_text"]


def rearag_engine(url):
    """A search whose contents go into a prompt, as a long answer is made."""
    engine = ReaRag(url)
    found = engine.search("When did the Forth Bridge open?")
    assert 1 <= len(found) <= 3 and set(found[0]) == {"id", "contents"}
    chunks = []
    for passage in found:
        if passage["contents"] not in chunks:
            chunks.append(passage["contents"])
    text = "\n\n".join(chunks)
    assert "Forth" in text
    answer = engine.generate(f"<|user|>\n{text}\nWhen?<|assistant|>", stop=["<|user|>", "<|endoftext|>"], max_tokens=64)
    assert isinstance(answer, str) and answer and answer == answer.strip()


def rearag_data(url):
    """The data construction, which names neither `stream` nor a stop."""
    body = {"inputs": "Question: Which lake?", "parameters": {"max_tokens": 256, "top_p": 0.85, "temperature": 0.99}}
    response = requests.post(f"{url}/generate", json=body, headers=JSON, timeout=500)
    response.raise_for_status()
    assert response.json()["outputs"][0]["generated_text"]


def rearag_refusals(url):
    """A blank query is 400 with a detail, as FastAPI gives it."""
    response = requests.post(f"{url}/search", json={"query": "  ", "top_n": 3})
    assert response.status_code == 400 and isinstance(response.json()["detail"], str)
    response = requests.post(f"{url}/search", json={"top_n": 3})
    assert response.status_code == 422 and response.json()["detail"][0]["loc"] == ["body", "query"]


def flashrag(url):
    """One query and many, with scores and without."""
    documents, scores = requests.post(f"{url}/search", json={"query": "lake", "return_score": True}).json()
    assert len(documents) == len(scores) == 10 and scores == sorted(scores, reverse=True)
    queries = ["dimictic lakes", "steel bridges", "warfarin"]
    body = {"query": queries, "top_n": 4, "return_score": True}
    lists, scores = requests.post(f"{url}/batch_search", json=body).json()
    assert len(lists) == len(scores) == 3 and [len(found) for found in lists] == [len(found) for found in scores]
    body["return_score"] = False
    assert requests.post(f"{url}/batch_search", json=body).json() == lists
    for query, found in zip(queries, lists):
        assert requests.post(f"{url}/search", json={"query": query, "top_n": 4}).json() == found


def health(url):
    state = requests.get(f"{url}/health").json()
    assert state["status"] == "healthy"
    assert 0 <= state["retrievers"]["available"] <= state["retrievers"]["total"]


def passages_to_string(found):
    """As Search-R1 and verl write what was found into an observation."""
    lines = []
    for number, item in enumerate(found):
        title, _, text = item["document"]["contents"].partition("\n")
        lines.append(f"Doc {number + 1}(Title: {title}) {text}\n")
    return "".join(lines)


def search_r1(url):
    """The environment's step: the searches of all rollouts at once, blank ones and steps without any included."""
    queries = ["Which lakes mix twice?", "", "What brought down the Tacoma Narrows bridge?"] * 100
    payload = {"queries": queries, "topk": 3, "return_scores": True}
    results = requests.post(f"{url}/retrieve", json=payload).json()["result"]
    assert len(results) == len(queries)
    observations = [passages_to_string(found) for found in results]
    assert "Tacoma" in observations[2] and observations[1] == ""
    assert all(isinstance(item["score"], float) for found in results for item in found)
    payload = {"queries": [], "topk": 3, "return_scores": True}
    assert requests.post(f"{url}/retrieve", json=payload).json() == {"result": []}
    payload = {"queries": ["lakes"], "topk": None}
    bare = requests.post(f"{url}/retrieve", json=payload).json()["result"]
    assert len(bare[0]) == 3 and set(bare[0][0]) == {"id", "contents"}


def verl(url):
    """verl's search tool, which asks again after 500, 502, 503 and 504."""
    headers = {**JSON, "Accept": "application/json"}
    payload = {"queries": ["warfarin"], "topk": 3, "return_scores": True}
    response = requests.post(f"{url}/retrieve", headers=headers, json=payload, timeout=30)
    assert response.status_code not in (500, 502, 503, 504)
    response.raise_for_status()
    assert "arfarin" in passages_to_string(response.json().get("result", [])[0])


def session(url):
    """A client that keeps its connection, and one that streams."""
    with requests.Session() as kept:
        first = kept.post(f"{url}/search", json={"query": "lake", "top_n": 1}).content
        for _ in range(50):
            assert kept.post(f"{url}/search", json={"query": "lake", "top_n": 1}).content == first
        body = {"inputs": "Lakes", "stream": True}
        with kept.post(f"{url}/generate", json=body, stream=True) as response:
            lines = [json.loads(line) for line in response.iter_lines() if line]
        assert lines and set(lines[-1]) == {"text"}


CLIENTS = [rearag_engine, rearag_data, rearag_refusals, flashrag, health, search_r1, verl, session]


def main():
    url = sys.argv[1].rstrip("/")
    for client in CLIENTS:
        client(url)
        print(f"ok  {client.__name__}")


if __name__ == "__main__":
    main()
