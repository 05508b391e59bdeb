"""Pages by which many entries of the directory come or go at once: packs, and tables of vendors."""

from django.urls import path

from vendors import csv_import_pages, pack_pages

urlpatterns = [
    path("vendors/packs/", pack_pages.pack_list, name="packs"),
    path("vendors/packs/own/", pack_pages.own_pack, name="own-pack"),
    path("vendors/packs/<slug:slug>.yaml", pack_pages.pack_file, name="pack-file"),
    path("vendors/packs/<slug:slug>/", pack_pages.pack_page, name="pack"),
    path("vendors/import/", csv_import_pages.import_page, name="import-vendors"),
    path("vendors/import-template.csv", csv_import_pages.template_file, name="import-template"),
    path("vendors/export.csv", csv_import_pages.export_page, name="export-vendors"),
]
