"""JSON log lines with the request's id and without personal data."""

import json
import logging

from niangjia.core.http import request_id


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request id, traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
