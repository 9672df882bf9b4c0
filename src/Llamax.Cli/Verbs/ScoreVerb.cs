using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Catalogue;
using Llamax.Metrics;
using Llamax.Metrics.Bleu;
using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Metrics.Chrf;
using Llamax.Runs;
using Llamax.Text.Tokenization;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax score HYP REF…</c>: sacrebleu's metrics and signatures.</summary>
internal static class ScoreVerb
{
    private static readonly string[] Metrics = ["bleu", "spbleu", "chrf", "chrf++"];

    private static readonly string[] SpBleuModels = ["flores101", "flores200"];

    internal static Command Create()
    {
        var hypothesis = new Argument<string>("HYP")
        {
            Description = "What a system wrote, a sentence a line; .gz too; - = standard input",
        };
        var references = new Argument<string[]>("REF")
        {
            Description = "One or more reference translations, parallel to HYP by line",
            Arity = ArgumentArity.OneOrMore,
        };
        var metric = new Option<string>("--metric", "-m")
        {
            Description = $"One or more of {string.Join(", ", Metrics)}",
            HelpName = "LIST",
            DefaultValueFactory = _ => "bleu,chrf",
        };
        var tokenizer = new Option<string?>("--tokenizer", "--tok")
        {
            Description = $"How BLEU splits lines: {string.Join(", ", BleuTokenizers.Names)} (default 13a); "
                + $"{string.Join(", ", SpBleuModels)} or a SentencePiece model make it spBLEU",
            HelpName = "NAME|FILE",
        };
        var lowercase = new Option<bool>("--lowercase") { Description = "Ignore case" };
        var sentences = new Option<bool>("--sentence-level")
        {
            Description = "Score each line too (BLEU with effective order, as sacrebleu does)",
        };
        var json = new Option<bool>("--json") { Description = "Print a JSON array with all numbers" };
        var command = new Command("score", """
            Scores translations against references. Scores and signatures are those of sacrebleu 2.6.0.
            spBLEU needs the SentencePiece model of Flores: llamax data get spm-flores101.

            Examples:
              llamax score hyp.de ref.de
              llamax score hyp.de ref.de --metric spbleu,chrf++ --json
              llamax score hyp.zh ref-a.zh ref-b.zh --metric bleu --tokenizer zh
              llamax score hyp.ja ref.ja --metric spbleu --tokenizer my-pieces.model
              zcat hyp.gz | llamax score - ref.gz
            """)
        { hypothesis, references, metric, tokenizer, lowercase, sentences, json };
        command.SetAction((parsed, cancellation) =>
        {
            var sentenceLevel = parsed.GetValue(sentences);
            var metrics = Choose(parsed.GetValue(metric)!, parsed.GetValue(tokenizer), parsed.GetValue(lowercase), effectiveOrder: false);
            var sentenceMetrics = sentenceLevel
                ? Choose(parsed.GetValue(metric)!, parsed.GetValue(tokenizer), parsed.GetValue(lowercase), effectiveOrder: true)
                : [];
            var (lines, columns) = ReadParallel(parsed.GetValue(hypothesis)!, parsed.GetValue(references)!, cancellation);
            var scores = metrics.Select(m => m.CorpusScore(lines, columns)).ToList();
            var lineScores = sentenceMetrics
                .Select(m => lines.Select((line, i) => m.SentenceScore(line, [.. columns.Select(column => column[i]!)])).ToList())
                .ToList();
            if (parsed.GetValue(json))
                WriteJson(scores, lineScores);
            else
                WriteText(scores, lineScores);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static void WriteJson(List<MetricScore> scores, List<List<MetricScore>> lineScores)
    {
        var array = new JsonArray();
        for (var m = 0; m < scores.Count; m++)
        {
            var score = scores[m].ToJson();
            if (lineScores.Count > 0)
                score["sentence_scores"] = new JsonArray([.. lineScores[m].Select(line => JsonValue.Create(line.Score))]);
            array.Add(score);
        }

        Results.WriteDocument(array);
    }

    private static void WriteText(List<MetricScore> scores, List<List<MetricScore>> lineScores)
    {
        using var output = Results.Lines(answersStandardInput: false);
        for (var i = 0; lineScores.Count > 0 && i < lineScores[0].Count; i++)
            foreach (var lines in lineScores)
                output.WriteLine($"{(i + 1).ToString(CultureInfo.InvariantCulture)}\t{lines[i]}");
        foreach (var score in scores)
            output.WriteLine(score.ToSignedString());
    }

    private static List<IMetric> Choose(string names, string? tokenizer, bool lowercase, bool effectiveOrder)
    {
        var chosen = names.ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        if (chosen.Count == 0)
            throw new RequestException("no metric is named", "--metric", $"use one or more of {string.Join(", ", Metrics)}");
        if (chosen.Find(name => !Metrics.Contains(name)) is { } unknown)
            throw new RequestException($"there is no metric \"{unknown}\"", "--metric", $"use one or more of {string.Join(", ", Metrics)}");
        if (tokenizer is not null && !chosen.Exists(name => name is "bleu" or "spbleu"))
            throw new RequestException("chrF has no tokenizer", "--tokenizer", "leave it out, or ask for bleu or spbleu");

        // A name of a rule goes to BLEU, pieces go to spBLEU where it is asked for.
        var isRule = tokenizer is not null && BleuTokenizers.Names.Contains(tokenizer);
        if (isRule && !chosen.Contains("bleu"))
            throw new RequestException(
                $"spBLEU counts the pieces of a model, and {tokenizer} is none",
                "--tokenizer",
                "leave it out, name a model, or ask for bleu");
        var forBleu = isRule || !chosen.Contains("spbleu") ? tokenizer ?? "13a" : "13a";
        var forSpBleu = isRule ? SpBleuModels[0] : tokenizer ?? SpBleuModels[0];
        return
        [
            .. chosen.Distinct().Select(IMetric (name) => name switch
            {
                "bleu" => new BleuMetric(
                    new() { Tokenizer = OpenTokenizer(forBleu), Lowercase = lowercase, EffectiveOrder = effectiveOrder }),
                "spbleu" => new BleuMetric(
                    new() { Tokenizer = OpenTokenizer(forSpBleu), Lowercase = lowercase, EffectiveOrder = effectiveOrder }),
                "chrf" => new ChrfMetric(new() { Lowercase = lowercase }),
                _ => new ChrfMetric(new() { WordOrder = 2, Lowercase = lowercase }),
            }),
        ];
    }

    private static IBleuTokenizer OpenTokenizer(string name)
    {
        if (BleuTokenizers.Names.Contains(name))
            return BleuTokenizers.ByName(name);
        if (SpBleuModels.Contains(name))
        {
            var entry = $"spm-{name}";
            var path = DataCatalogue.Default.Locate(entry) ?? throw new RequestException(
                $"spBLEU needs the SentencePiece model of {name}, which is not on this machine",
                "--metric spbleu", $"llamax data get {entry}, or name a model with --tokenizer FILE (other models give other scores)");
            return new PieceTokenizer(name, TokenizerFile.Load(path));
        }

        if (!File.Exists(name))
            throw new RequestException(
                $"\"{name}\" is no tokenizer and no file",
                "--tokenizer",
                $"use one of {string.Join(", ", [.. BleuTokenizers.Names, .. SpBleuModels])}, or the path of a SentencePiece model");
        return new PieceTokenizer(Path.GetFileName(name), TokenizerFile.Load(name));
    }

    private static (List<string> Hypotheses, List<string?>[] References) ReadParallel(
        string hypothesis, string[] references, CancellationToken cancellation)
    {
        var lines = InputLines.Read(hypothesis, cancellation).Select(line => line.Text).ToList();
        var columns = references.Select(path => InputLines.Read(path, cancellation).Select(line => (string?)line.Text).ToList()).ToArray();
        for (var r = 0; r < references.Length; r++)
        {
            if (columns[r].Count != lines.Count)
                throw new RequestException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{lines.Count} lines, but {columns[r].Count} in {references[r]}; they must be parallel by line"),
                    hypothesis, "score the whole output against the reference of the same test set");
        }

        if (lines.Count == 0)
            throw new RequestException("there is no line to score", hypothesis, "check that the system wrote its output there");
        return (lines, columns);
    }
}
