"""How requests travel: patiently, and never to where they must not go."""

from sessioncrawler.downloadhandlers.patient import PatientDownloadHandler as PatientDownloadHandler

__all__ = ["PatientDownloadHandler"]
