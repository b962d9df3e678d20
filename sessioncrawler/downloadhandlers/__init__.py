"""The download handler: it waits for servers that stall, and contacts public addresses only."""

from sessioncrawler.downloadhandlers.patient import PatientDownloadHandler as PatientDownloadHandler

__all__ = ["PatientDownloadHandler"]
