"""What column names say, in the languages that teams name their columns in. Names only: values decide."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Vocabulary:
    """Phrases (lower case, no accents, words by single spaces) that speak for a part, and words that veto it."""

    strong: frozenset[str]
    weak: frozenset[str] = frozenset()
    veto: frozenset[str] = frozenset()


def phrases(text: str) -> frozenset[str]:
    """Return the phrases of a text, which are set off by commas."""
    return frozenset(p.strip() for p in text.split(",") if p.strip())


def vocabulary(strong: str, weak: str = "", veto: str = "") -> Vocabulary:
    """Return a vocabulary of phrases that are given as one text each, set off by commas."""
    return Vocabulary(phrases(strong), phrases(weak), phrases(veto))


# Cells of an error column that say that there was no error.
NO_ERROR = phrases(
    "0, 0.0, ok, none, false, success, 200, no, null, nan, n/a, <na>, nil, succeeded, done, unset, -, pass, passed, "
    "completed, complete, finished, no error, no_error, normal, stop, keiner, kein, aucun, aucune, ninguno, ninguna"
)

_DERIVED = "count, votes, share, rate, mean, avg, std, min, max, n, num, rank"

COLUMNS: dict[str, Vocabulary] = {
    "id": vocabulary(
        "id, ids, uuid, guid, key, nr, number, nummer, no, idx, index, ref, reference, referenz, kennung, "
        "identifiant, identificador, identifier, numero, item, rowid, schluessel, cle, code",
        veto="model, version, error, annotator, grader, rater, worker, zip, postal, country, http, status",
    ),
    "label": vocabulary(
        "label, labels, truth, ground truth, gold, actual, target, true, y, y true, ytrue, expected, "
        "true label, correct answer, majority, wahrheit, istwert, zielwert, zielgroesse, tatsaechlich, soll, "
        "etiquette, verite, verite terrain, attendu, reel, cible, etiqueta, verdad, real, esperado, observed, "
        "expected answer, reference answer, reference, loesung, gold answer, ground truth label, correct label",
        "category, class, intent, outcome, kategorie, klasse, categorie, classe, categoria, clase, answer, found, "
        "kennzeichen, ergebnis, resultat, type, topic, sentiment, verdict, status, value, wert, valeur",
        f"pred, predicted, prediction, guessed, vorhersage, prognose, prob, probability, {_DERIVED}, actions, hash",
    ),
    "score": vocabulary(
        "success, succeeded, successful, solved, resolved, passed, pass, correct, is correct, grade, graded, rating, "
        "score, human score, quality, erfolg, erfolgreich, geloest, korrekt, richtig, note, bewertung, "
        "punkte, reussi, succes, correcte, evaluation, exito, acierto, puntuacion, ndcg, mrr, helpfulness, acceptable, "
        "exact match, score match, acc, is right, right answer, verdict, urteil, verdicto, veredicto, incorrect, wrong, "
        "mistake, hallucination, hallucinated, hallucinates, halluzination, halluziniert, alucinacion, unsafe, harmful",
        veto=f"pred, predicted, confidence, judge, llm, auto, model, risk, expected answer, reason, note, notes, credit, "
        f"comment, explanation, tests, type, stderr, norm, {_DERIVED}",
    ),
    "prediction": vocabulary(
        "prediction, predictions, predicted, pred, preds, y pred, ypred, yhat, y hat, predicted label, model output, "
        "output, response, completion, generated, generation, gen text, final message, reply, vorhersage, "
        "vorhersagen, vorhergesagt, prognose, antwort, ausgabe, modellantwort, modellausgabe, predit, predite, "
        "reponse, sortie, prevision, prediccion, predicho, respuesta, salida, forecast, estimate, schaetzung, "
        "assistant answer, model answer, bot answer, filtered resps",
        "choice, vote, answer, result, decision, ergebnis, resultat, guess",
        f"true, gold, prob, probability, proba, confidence, time, latency, tokens, token, length, throughput, ms, "
        f"seconds, score, correct, error, expected, reference, zeit, temps, cost, hash, {_DERIVED}",
    ),
    "confidence": vocabulary(
        "confidence, conf, certainty, max prob, top prob, top1 prob, confidence score, konfidenz, sicherheit, "
        "zuversicht, confiance, certitude, confianza, certeza",
        "score, prediction score, model score",
        "interval, low, high, lower, upper, judge, human, risk",
    ),
    "probability": vocabulary(
        "probability, prob, proba, prob1, prob 1, proba1, proba 1, p 1, prob pos, prob yes, prob true, prob positive, "
        "p yes, p pos, p positive, p1, p true, risk, risk score, propensity, "
        "wahrscheinlichkeit, probabilite, probabilidad, likelihood, predict proba, y score, y prob, score",
        veto="max, top, top1, inclusion, judge, human",
    ),
    "latency": vocabulary(
        "latency, duration, elapsed, response time, took, runtime, processing time, inference time, latenz, dauer, "
        "antwortzeit, laufzeit, verarbeitungszeit, latence, duree, temps de reponse, temps reponse, latencia, duracion, "
        "tiempo de respuesta, e2e latency, end to end latency, time ms, time s, time us, time ns, time sec, time seconds, "
        "rt ms, zeit ms, zeit s, time taken, total time, working time, wall time, execution time, exec time, "
        "request time, service time, ausfuehrungszeit, bearbeitungszeit, temps de traitement, tiempo de proceso",
        veto="inter, ttft, first, token, p50, p90, p95, p99, timeout, budget, target, days, day, weeks, months, month, "
        "years, year, loan, credit, contract, call, trip, film, movie, ride, stay, tage, monate, jahre, prep, cook",
    ),
    "error": vocabulary(
        "error, error code, err, error msg, error message, exception, failure, fault, fehler, fehlercode, "
        "fehlermeldung, erreur, code erreur, fallo, codigo error",
        veto="rate, count, margin, mean, abs, squared, std, norm, mode, reason, note, analysis, category",
    ),
    "version": vocabulary(  # the weak words are inputs too: the system that a ticket is about, the agent of a customer
        "model, model version, version, model name, model id, modell, modellversion, modele, version modele, modelo, "
        "release, algorithm, agent version, checkpoint, llm",
        "system, system name, variant, engine, provider, agent, agent name, bot, filter, submission, deployment, "
        "experiment, arm, assistant, variante, anbieter, agente, fournisseur, proveedor, filtre, filtro, systeme, "
        "sistema, motor, moteur, solver, pipeline, kandidat, candidate, candidat, candidato",
        "output, answer, answers, score, response, year, car, vehicle, operating, usage, cost, tokens, args, config, "
        "type, size, status, reason, text, message, city, region, country, state, fuel, power, steering, started, ended",
    ),
    "annotator": vocabulary(
        "annotator, annotator id, grader, rater, labeler, labeller, reviewer, worker, worker id, coder, assessor, "
        "labeled by, labelled by, graded by, evaluator, bewerter, pruefer, gutachter, annotateur, evaluateur, "
        "relecteur, anotador, evaluador",
        veto="reason, note, notes, comment, comments, score, grade, type, explanation, feedback, grund, kommentar, "
        "motif, commentaire, razon, comentario, time, count, confidence",
    ),
    "judge": vocabulary(
        "judge, judge score, llm judge, llm score, auto grade, auto score, judge grade, judge rating, "
        "eval score, richter, juge, note juge, juez, gpt score, faithfulness, answer relevancy, answer relevance, "
        "context precision, context recall, answer correctness, semantic similarity, groundedness, g eval, bertscore, "
        "bleu, rouge",
        veto="reason, model, comment, explanation, name",
    ),
    "time": vocabulary(
        "time, timestamp, ts, date, datetime, epoch, unix, created, created at, served at, received at, occurred at, day, datum, "
        "zeit, zeitpunkt, zeitstempel, erstellt, erstellt am, horodatage, cree le, heure, fecha, hora, eingang"
    ),
    "cluster": vocabulary(
        "customer, client, user, account, session, conversation, dialog, dialogue, thread, patient, household, "
        "member, task, business, company, device, author, kunde, kunden, nutzer, konto, sitzung, gespraech, "
        "haushalt, utilisateur, compte, cliente, usuario, cuenta, store, shop, document, doc, group"
    ),
    "cost": vocabulary(
        "cost, usd, eur, cost usd, cost eur, price, kosten, preis, cout, coste, costo",
        veto="center, user, sim, customer, list, pred, predicted, prediction, actual, true, target, sale, house, vorhergesagt, predit, predicho",
    ),
    "trial": vocabulary("trial, attempt, repeat, replicate, repetition, versuch, wiederholung, essai, intento"),
    "weight": vocabulary("weight, sample weight, sampling weight, gewicht, poids, peso"),
    "stratum": vocabulary("stratum, strata, schicht, strate, estrato"),
    # What is known only once the model has answered or somebody has judged it. What the strong words name is never an
    # input; the weak ones (at most 0.5) are inputs too (the status of an order), so they speak only in a table of results.
    "outcome": vocabulary(
        "correct, incorrect, is correct, correctness, exact match, acc, acc norm, accuracy, grader, graders, graded, "
        "judged, judge, verdict, success, succeeded, successful, solved, unsolved, tests passed, tests failed, "
        "asserts, failure mode, failure reason, fail reason, error note, error analysis, error category, hallucination, "
        "hallucinated, hallucinations, refusal, refused, finish reason, stop reason, limit reason, output tokens, "
        "completion tokens, generated tokens, total tokens, tokens used, token usage, model usage, total cost, "
        "model cost, namedscores, named scores, grading result, logprob, log prob, perplexity, bleu, rouge, "
        "mistake, misclassified, wrong, edit distance, levenshtein, jaccard, cosine similarity, similarity, rouge l, latency, ttft, predicted, prediction, resps, raw output, raw response, "
        "richtig, falsch, korrekt, erfolg, erfolgreich, geloest, fehlerart, fehlergrund, fehleranalyse, halluzination, "
        "bewertung, bewertungsgrund, pruefergebnis, vorhersage, vorhergesagt, latenz, "
        "correcte, incorrecte, reussi, reussite, echec, motif echec, erreur type, hallucine, jugement, predit, "
        "correcto, incorrecto, exito, fallo, motivo fallo, alucinacion, veredicto, predicho",
        "score, scores, outcome, status, result, results, state, pass, passed, fail, failed, failure, failures, "
        "resolved, resolution, error, errors, error code, error type, error message, exception, traceback, reason, "
        "comment, note, notes, feedback, explanation, rationale, justification, rating, grade, quality, f1, "
        "tokens, token, reward, usage, cost, usd, duration, elapsed, runtime, took, time taken, finished, finished at, ended, "
        "ended at, end time, completed, completed at, closed at, stopped at, output, response, answer, completion, "
        "reply, decision, confidence, probability, retries, attempts, turns, steps, limit, message count, "
        "n messages, tool calls, ergebnis, zustand, fehler, grund, begruendung, kommentar, bemerkung, "
        "note, kosten, dauer, laufzeit, beendet, beendet am, abgeschlossen, antwort, entscheidung, "
        "statut, etat, resultat, raison, motif, commentaire, cout, duree, termine, termine le, reponse, erreur, "
        "estado, resultado, razon, motivo, comentario, coste, costo, duracion, terminado, respuesta, error",
        "past, previous, prior, prev, last, history, historical, former, credit, fico, apgar, gps, prompt, input, "
        "context, order, payment, marital, employment, machine, device, sensor, vorher, frueher, bisher, letzte, "
        "bestellung, zahlung, dernier, precedent, anterior, ultimo",
    ),
    "inclusion_probability": vocabulary("inclusion probability, inclusion prob, auswahlwahrscheinlichkeit"),
}

_TRANSLITERATE = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe", "æ": "ae", "ø": "o"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GLUED_ID = re.compile(
    r"^(customer|client|user|account|session|ticket|case|order|item|request|record|row|doc|document|task|sample|"
    r"query|message|call|conversation|transaction|kunden|vorgangs|fall|auftrags|inspection)(id|ids|nr|no|key)$"
)

_COMPOUND = re.compile(r"^([a-z]{4,}?)(nummer|kennung)$")


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """Return the lower-case words of a name: `CustomerID`, `customer_id` and `customer id` say the same."""
    split = _CAMEL.sub(" ", unicodedata.normalize("NFC", name))
    lower = split.lower().translate(_TRANSLITERATE)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", plain):
        glued = _GLUED_ID.match(word) or _COMPOUND.match(word)
        found.extend(glued.groups() if glued else (word,))
    return tuple(found)


def fit(vocabulary: Vocabulary, name: str) -> float:
    """Return how clearly a name speaks for a part: 1 (says it and nothing else) down to 0 (does not, or a veto)."""
    parts = words(name)
    if not parts or vocabulary.veto & set(parts):
        return 0.0
    joined = " ".join(parts)
    best = 0.0
    for phrases, ceiling in ((vocabulary.strong, 1.0), (vocabulary.weak, 0.5)):
        for phrase in phrases:
            if joined == phrase:
                found = 1.0
            elif joined.endswith(f" {phrase}"):
                found = 0.8
            elif f" {phrase} " in f" {joined} ":
                found = 0.6
            elif len(phrase) >= 6 and any(w.endswith(phrase) for w in parts):
                found = 0.6  # compounds: Kundennummer, Modellvorhersage
            else:
                continue
            best = max(best, found * ceiling)
    return best


@lru_cache(maxsize=65_536)
def says(part: str, name: str) -> float:
    """Return how clearly a column name speaks for a part of COLUMNS, 0..1."""
    return fit(COLUMNS[part], name)
