"""Tests of the Kafka runtime on a real Apache Kafka."""
