"""A small hub on this machine: the part of its HTTP interface by which files are pushed and pulled.

Files that end as large ones do take the way of LFS, all others are in the commit itself, as there.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

TOKEN = "hf_local"
LARGE = (".parquet", ".safetensors")


class Hub(ThreadingHTTPServer):
    """Repositories in memory, ``datasets/user/name`` or ``models/user/name`` -> path -> bytes."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repos: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.blobs: dict[str, bytes] = {}
        self.commits: list[list[str]] = []
        """The paths that each commit added or removed."""
        self.refused: set[str] = set()
        """Paths of files that are not given."""
        self.asked: list[str] = []
        """The path of every request."""
        self.url = f"http://127.0.0.1:{self.server_port}"

    def sha(self, repo: str) -> str:
        """The commit of a repository: of what is in it."""
        files = sorted((k, hashlib.sha256(v).hexdigest()) for k, v in self.repos[repo].items())
        return hashlib.sha1(json.dumps([repo, files]).encode()).hexdigest()


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that answers."""
    hub = Hub()
    thread = Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(path)
        if found := re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)(/revision/[^/]+)?", path):
            return self._info(f"{found[1]}/{found[2]}")
        if found := re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)/tree/[^/]+/?", path):
            return self._tree(f"{found[1]}/{found[2]}")
        if found := re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)/resolve/[^/]+/(.+)", path):
            return self._file(f"{found[1] or 'models/'}{found[2]}", found[3])
        return self._error(404, "Nothing")

    def do_POST(self):
        path, body = unquote(urlsplit(self.path).path), self._body()
        self.server.asked.append(path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._error(401, "Unauthorized")
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if found := re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)/preupload/[^/]+", path):
            modes = [
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                    "shouldIgnore": False,
                    "oid": None,
                }
                for file in json.loads(body)["files"]
            ]
            return self._json({"files": modes})
        if path.endswith("/info/lfs/objects/batch"):
            return self._batch(json.loads(body))
        if found := re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)/commit/[^/]+", path):
            return self._commit(f"{found[1]}/{found[2]}", body)
        return self._error(404, "Nothing")

    def do_PUT(self):
        content = self._body()
        self.server.blobs[hashlib.sha256(content).hexdigest()] = content
        self._json({})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _create(self, asked):
        repo = f"{asked.get('type', 'model')}s/{asked['organization']}/{asked['name']}"
        url = f"{self.server.url}/{repo.removeprefix('models/')}"
        if repo in self.server.repos:
            return self._json({"url": url, "error": "it is there"}, 409)
        self.server.repos[repo] = {".gitattributes": b"*.parquet filter=lfs\n"}
        self.server.private[repo] = asked.get("private") or asked.get("visibility") == "private"
        return self._json({"url": url})

    def _batch(self, asked):
        objects = []
        for each in asked["objects"]:
            known = each["oid"] in self.server.blobs
            upload = {"upload": {"href": f"{self.server.url}/blob/{each['oid']}"}}
            objects.append(each | ({} if known else {"actions": upload}))
        self._json({"transfer": "basic", "objects": objects})

    def _commit(self, repo, body):
        files, paths = dict(self.server.repos[repo]), []
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.blobs[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
            paths += [value["path"]] if "path" in value else []
        self.server.repos[repo] = files
        self.server.commits.append(paths)
        sha = self.server.sha(repo)
        url = f"{self.server.url}/{repo.removeprefix('models/')}/commit/{sha}"
        self._json({"success": True, "commitOid": sha, "commitUrl": url, "hookOutput": ""})

    def _may_see(self, repo) -> bool:
        told = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        return repo in self.server.repos and (told or not self.server.private.get(repo))

    def _info(self, repo):
        if not self._may_see(repo):
            return self._error(401, "RepoNotFound", "Repository not found")
        files = [{"rfilename": name} for name in self.server.repos[repo]]
        name = repo.split("/", 1)[1]
        about = {"id": name, "sha": self.server.sha(repo), "siblings": files, "tags": []}
        return self._json(about | {"private": self.server.private.get(repo, False)})

    def _tree(self, repo):
        if not self._may_see(repo):
            return self._error(401, "RepoNotFound", "Repository not found")
        files = self.server.repos[repo].items()
        return self._json([{"type": "file", "path": n, **_blob(n, data)} for n, data in files])

    def _file(self, repo, name):
        if not self._may_see(repo) or name not in self.server.repos[repo]:
            return self._error(404, "EntryNotFound", "Entry not found")
        if name in self.server.refused:
            return self._error(403, "Forbidden")
        data = self.server.repos[repo][name]
        about = _blob(name, data)
        etag = about["lfs"]["oid"] if "lfs" in about else about["oid"]
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": self.server.sha(repo)}
        return self._send(200, data, headers)

    def _json(self, content, status=200):
        self._send(status, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _error(self, status, code, message=""):
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": message or code})

    def _send(self, status, data, headers):
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(data))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _blob(name: str, data: bytes) -> dict:
    about = {"size": len(data), "oid": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()}
    if name.endswith(LARGE):
        sha = hashlib.sha256(data).hexdigest()
        about["lfs"] = {"oid": sha, "size": len(data), "pointerSize": 130}
    return about
