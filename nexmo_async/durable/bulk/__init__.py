"""Bulk jobs on an engine: one job, many workers, one rate, one report."""

from nexmo_async.durable.bulk.client import ClusterBulk
from nexmo_async.durable.bulk.job import BulkJob
from nexmo_async.durable.bulk.sending import BULK_LANE

__all__ = ["BULK_LANE", "BulkJob", "ClusterBulk"]
