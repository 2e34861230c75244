"""Outlook and Microsoft 365: calendar, Word documents, directory and sign-in, on Microsoft Graph.

    access = auth.person(name, client, tokens)
    graph = Graph(access, endpoint)
    calendar = OutlookCalendar(graph, owner, clock)
    documents = WordDocuments(graph)

One `Graph` serves one mailbox and any number of threads. No SDK: about a dozen requests are
needed, and what Graph tells has to be judged anyway.
"""
