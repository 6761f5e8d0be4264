from __future__ import annotations

from components.session import require_user

user = require_user()
