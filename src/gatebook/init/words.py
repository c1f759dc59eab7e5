"""What file names say of their roles, and which columns are called after one another. Names only: values decide."""

from __future__ import annotations

from functools import lru_cache

from gatebook.vocabulary import Vocabulary, fit, vocabulary, words

FILES: dict[str, Vocabulary] = {
    "sample": vocabulary(
        "production, prod, sample, live, real, inputs, stichprobe, produktion, echt, echtdaten, echantillon, "
        "produccion, muestra, dirty, raw, requests, items, tickets, anfragen, demandes, test, eval, holdout"
    ),
    "curated": vocabulary(
        "curated, train, training, demo, poc, clean, seed, examples, kuratiert, entrainement, beispiele, "
        "entwicklung, dev, entrenamiento, pilot, showcase, cleaned, train full, bereinigt, saubere"
    ),
    "labels": vocabulary(
        "label, labels, truth, ground truth, gold, annotation, annotations, grades, ratings, answers, wahrheit, "
        "etiketten, bewertungen, etiquettes, verite, etiquetas, verdad, targets, ytest, y test, groundtruth, labelled"
    ),
    "predictions": vocabulary(
        "prediction, predictions, preds, pred, output, outputs, responses, scores, scored, results, vorhersagen, "
        "vorhersage, prognosen, ergebnisse, predit, reponses, predicciones, completions, runs, forecasts, resultats"
    ),
    "integrations": vocabulary("integration, integrations, systems, interfaces, schnittstellen, systemes"),
}

PERSONAL = vocabulary(
    "email, e mail, mail, phone, phone number, telephone, telefon, telefonnummer, tel, mobile, handy, handynummer, "
    "fax, first name, last name, firstname, lastname, surname, full name, fullname, given name, family name, "
    "customer name, contact name, user name, username, patient name, employee name, vorname, nachname, kundenname, "
    "ansprechpartner, nom, prenom, nom client, nombre, apellido, iban, ssn, passport, date of birth, birthdate, dob, "
    "geburtsdatum, date naissance, address, street, strasse, adresse, anschrift, direccion, ip address, credit card",
    veto="type, status, count, flag, has, verified, channel, opened, given, template, length",
)


@lru_cache(maxsize=4_096)
def file_says(role: str, path: str) -> float:
    """Return how clearly a file name (without its folders and suffixes) speaks for a role of FILES, 0..1."""
    return fit(FILES[role], path.rsplit("/", 1)[-1].split(".", 1)[0])


_ROLE_WORDS = frozenset(
    {
        "pred",
        "preds",
        "predicted",
        "prediction",
        "vorhersage",
        "vorhergesagt",
        "prognose",
        "predit",
        "predite",
        "prediccion",
        "forecast",
        "estimate",
        "estimated",
        "model",
        "output",
        "true",
        "actual",
        "gold",
        "label",
        "truth",
        "y",
        "hat",
        "observed",
        "wahr",
        "wahrheit",
        "reel",
        "real",
    }
)


def same_quantity(truth: str, output: str) -> bool:
    """Return whether one column is named after the other: `price` and `predicted_price`, `intent` and `intent_pred`."""
    mine, theirs = (frozenset(words(n)) - _ROLE_WORDS for n in (truth, output))
    return bool(mine) and mine == theirs
