# The portal's own processes; docker-compose.yml runs this image once per process.
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 STATIC_ROOT=/srv/static
RUN useradd --system --uid 10001 --create-home portal && install --directory --owner portal /mail
WORKDIR /srv/portal

COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.lock

COPY . .
RUN SECRET_KEY=only-for-this-step python manage.py collectstatic --no-input

USER portal
EXPOSE 8000
CMD ["gunicorn", "escalation_portal.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket", "--access-logfile", "-", \
     "--logger-class", "escalation_portal.web_log.AccessLogger"]
