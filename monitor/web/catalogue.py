"""Every metric with its meaning: what is exported is declared here, and the docs are tested against it."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["counter", "gauge", "histogram"]


class Described(msgspec.Struct, frozen=True):
    """A metric as a scrape shows it. Counters end in ``_total``; durations are seconds."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()


_WORK = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_WITHIN = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
_SENDING = (
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    30.0,
    60.0,
    300.0,
    1800.0,
    7200.0,
    86400.0,
)
_DAYS = (1.0, 10.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0, 43200.0, 86400.0, 259200.0)

CATALOGUE: tuple[Described, ...] = (
    # Stages.
    Described("monitor_stage_records_total", "counter", ("stage",), "Records that a stage has handled."),
    Described("monitor_stage_seconds", "histogram", ("stage",), "Time a stage took for one record.", _WORK),
    Described(
        "monitor_outputs_total",
        "counter",
        ("topic",),
        "Records that were acknowledged, by the topic they went to.",
    ),
    Described(
        "monitor_dead_letters_total",
        "counter",
        ("stage",),
        "Records that a stage could not handle; see `monitor dead-letters list`.",
    ),
    Described(
        "monitor_lag_records", "gauge", ("stage",), "Records that wait for a stage. Should return to near 0."
    ),
    Described(
        "monitor_ready", "gauge", (), "1 while the runtime takes records, 0 while it starts, waits or stops."
    ),
    Described("monitor_partitions", "gauge", (), "Partitions that this worker has."),
    Described(
        "monitor_partitions_stopped",
        "gauge",
        (),
        "Partitions that stand still, such as for a record of a later release. Should be 0.",
    ),
    # From publication to delivery.
    Described(
        "monitor_published_to_seen_seconds",
        "histogram",
        (),
        "From an article's publication, as it says, to its first sight here; backlog and undated ones left out.",
        _DAYS,
    ),
    Described(
        "monitor_seen_to_matched_seconds",
        "histogram",
        (),
        "From the first sight of an article to its acknowledged match; backlog left out.",
        _WITHIN,
    ),
    Described(
        "monitor_seen_to_sent_seconds",
        "histogram",
        (),
        "From the first sight of an article to the delivery of its notice, waits between attempts included.",
        _SENDING,
    ),
    Described(
        "monitor_published_to_sent_seconds",
        "histogram",
        (),
        "From an article's publication, as it says, to the delivery of its notice.",
        _DAYS,
    ),
    # Delivery.
    Described(
        "monitor_delivery_attempts_total",
        "counter",
        ("channel", "outcome"),
        "Attempts by channel and outcome: delivered, retry, failed (given up), gone (the endpoint is no more).",
    ),
    Described(
        "monitor_delivery_attempt_seconds", "histogram", ("channel",), "Time that an attempt took.", _SENDING
    ),
    Described(
        "monitor_delivery_queue_entries", "gauge", ("subscriber",), "Deliveries that wait for a subscriber."
    ),
    Described(
        "monitor_delivery_queue_oldest_seconds",
        "gauge",
        (),
        "Time since the first sight of the article behind the oldest waiting delivery; 0 if none waits.",
    ),
    Described(
        "monitor_endpoint_disabled",
        "gauge",
        ("subscriber",),
        "1 for a subscriber whose endpoint is disabled.",
    ),
    Described(
        "monitor_endpoint_failures",
        "gauge",
        ("subscriber",),
        "Failed attempts in a row to a subscriber's endpoint.",
    ),
    # Feeds.
    Described(
        "monitor_feed_polls_total",
        "counter",
        ("health",),
        "Polls by what came of them: ok, unchanged, failing, gone.",
    ),
    Described("monitor_feed_poll_seconds", "histogram", (), "Time that a poll took.", _SENDING),
    Described("monitor_feed_new_items_total", "counter", (), "New items that polls found."),
    Described(
        "monitor_feeds",
        "gauge",
        ("health",),
        "Feeds by the outcome of their last poll by this worker since its start.",
    ),
    Described("monitor_network_offline", "gauge", (), "1 while no feed's host can be reached at all."),
    # Files.
    Described("monitor_rules", "gauge", (), "Rules that are loaded."),
    Described("monitor_subscribers", "gauge", (), "Subscribers that are loaded."),
    Described("monitor_feeds_configured", "gauge", (), "Feeds in the feed list, over all workers."),
    Described(
        "monitor_rules_broken_files",
        "gauge",
        (),
        "Rule, subscriber and feed files that are broken; their last good version is in use. Should be 0.",
    ),
    Described(
        "monitor_rules_loads_total",
        "counter",
        ("result",),
        "Loads of the rule folder: good, or broken in some file.",
    ),
    Described(
        "monitor_rules_last_good_load_timestamp_seconds",
        "gauge",
        (),
        "When all files were last loaded without a problem, in seconds since 1970; 0 if never.",
    ),
    # Archive.
    Described("monitor_archive_lag_records", "gauge", ("topic",), "Records that are not yet archived."),
    Described(
        "monitor_archive_up",
        "gauge",
        (),
        "1 while the archive is written or stands by for another worker, 0 while it is away or refused.",
    ),
    Described("monitor_archive_writing", "gauge", (), "1 if this worker is the one that writes the archive."),
    Described("monitor_archive_records_total", "counter", (), "Records that were archived since the start."),
    Described(
        "monitor_archive_skipped_total", "counter", (), "Records that could not be archived. Should stay 0."
    ),
    # Process.
    Described(
        "monitor_events_total",
        "counter",
        ("event",),
        "Named events of the log, such as offline or disk-full.",
    ),
    Described("monitor_build_info", "gauge", ("version", "python"), "Always 1; which release runs."),
    Described("process_cpu_seconds_total", "counter", (), "CPU time of the process (Linux)."),
    Described("process_resident_memory_bytes", "gauge", (), "Memory of the process (Linux)."),
    Described("process_virtual_memory_bytes", "gauge", (), "Address space of the process (Linux)."),
    Described(
        "process_start_time_seconds", "gauge", (), "When the process started, in seconds since 1970 (Linux)."
    ),
    Described("process_open_fds", "gauge", (), "Open file descriptors of the process (Linux)."),
    Described("process_max_fds", "gauge", (), "How many file descriptors the process may open (Linux)."),
)


def described(name: str) -> Described:
    """The declaration of a metric. Raises ``KeyError``."""
    return _BY_NAME[name]


def describe() -> tuple[Described, ...]:
    """Every metric, in the order in which an operator looks."""
    return CATALOGUE


def table() -> str:
    """``describe()`` as a Markdown table."""
    lines = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
    for one in CATALOGUE:
        labels = ", ".join(f"`{label}`" for label in one.labels)
        lines.append(f"| `{one.name}` | {one.kind} | {labels} | {one.meaning} |")
    return "\n".join(lines) + "\n"


_BY_NAME = {one.name: one for one in CATALOGUE}
