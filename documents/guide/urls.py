"""The editor of a client's page."""

from django.urls import path

from documents.guide import page_editor

urlpatterns = [path("clients/<slug:slug>/page/", page_editor.page_words, name="page-words")]
