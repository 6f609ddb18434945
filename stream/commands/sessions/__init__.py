"""Commands on finished sessions: tables over many, exports of one."""
