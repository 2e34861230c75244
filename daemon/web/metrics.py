"""For machines that watch: `/healthz` and Prometheus metrics, without a name or an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from daemon import health, journal
from daemon.desk import Desk
from daemon.web.site import Site, site


def healthz(request: Request) -> Response:
    """Say whether the daemon can work: it answers, and so does its database."""
    here = site(request)
    try:
        with here.house().store.read() as session:
            health.all_known(session)
    except SQLAlchemyError:
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok"})


def metrics(request: Request) -> Response:
    """Show the state of the house in numbers."""
    registry = CollectorRegistry()
    registry.register(_State(site(request)))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _State(Collector):
    """Reads the numbers at the moment they are asked for; nothing is counted beside the store."""

    def __init__(self, here: Site) -> None:
        self._house, self._now = here.house(), here.clock()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        desk = Desk(self._house, self._now)
        status = desk.status
        accounts = Counter((one["provider"], one["state"]) for one in status["accounts"])
        outcomes = Counter((one.verdict,) for pair in desk.dossiers for one in pair.outcomes)
        proposals = Counter((one.state,) for one in desk.standing)
        with self._house.store.read() as session:
            writes = journal.counted(session)
        yield _counted("accounts", "Accounts by state.", ("provider", "state"), accounts)
        yield _single("pairs", "One-on-ones.", len(desk.dossiers))
        yield _counted("outcomes", "Meetings of them.", ("outcome",), outcomes)
        yield _counted("proposals", "Proposals by state.", ("state",), proposals)
        yield _counted("writes", "Writes in the journal.", ("kind", "state"), writes)
        yield _single("open_alerts", "Alerts whose streak lasts.", status["open"]["alerts"])
        yield _single("open_writes", "Writes not finished.", status["open"]["intents"])
        yield from self._age()

    def _age(self) -> Iterator[Metric]:
        """Yield how long ago the account that waits longest was looked at."""
        with self._house.store.read() as session:
            looks = [one.last_tick for one in health.all_known(session) if one.last_tick]
        if looks:
            age = (self._now - min(looks)).total_seconds()
            yield _single("last_look_age_seconds", "Age of the oldest last look.", age)


def _counted(name: str, told: str, labels: tuple[str, ...], counted: Mapping[Any, int]) -> Metric:
    metric = GaugeMetricFamily(f"visavis_{name}", told, labels=labels)
    for values, number in counted.items():
        metric.add_metric(values, number)
    return metric


def _single(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"visavis_{name}", told, value=value)
