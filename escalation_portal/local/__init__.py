"""The portal on one machine: `manage.py up` and `manage.py test` start all that they need from wheels."""
