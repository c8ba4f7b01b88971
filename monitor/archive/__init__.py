"""The archive: a SQL read model for people, filled by a follower that never touches alerts."""
