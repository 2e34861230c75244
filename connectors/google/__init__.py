"""Google: calendar, running documents, directory and sign-in, through google-api-python-client.

    access = auth.installed(name, client_secrets, tokens, endpoint)
    google = Google(access, endpoint)
    calendar = GoogleCalendar(google, owner, "maya@acme.example")
    documents = GoogleDocs(google)

One `Google` serves one account and any number of threads. Nothing here knows the time.
"""
