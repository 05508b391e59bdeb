"""The roles: one Django group each, extended by grants on single clients."""

TECHNICIAN = "technician"
MANAGER = "manager"
ACCOUNT_MANAGER = "account manager"
DECISION_MAKER = "decision maker"
CLIENT_USER = "client user"
ADMINISTRATOR = "administrator"
PROGRAM = "program"

ROLES = (TECHNICIAN, MANAGER, ACCOUNT_MANAGER, DECISION_MAKER, CLIENT_USER, ADMINISTRATOR, PROGRAM)
# Those who see every client of the provider unless told otherwise.
PROVIDER_WIDE = (TECHNICIAN, MANAGER, ADMINISTRATOR, PROGRAM)
STAFF = frozenset({TECHNICIAN, MANAGER, ACCOUNT_MANAGER, ADMINISTRATOR})
DESK = frozenset({TECHNICIAN, MANAGER, ADMINISTRATOR})
MANAGERS = frozenset({MANAGER, ADMINISTRATOR})
OF_A_CLIENT = frozenset({DECISION_MAKER, CLIENT_USER})
