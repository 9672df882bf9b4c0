using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Reading;
using Llamax.Decoding.Documents;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Decoding.Translators;
using Llamax.Metrics;
using Llamax.Metrics.Chrf;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;
using Llamax.Text.Identification;
using Llamax.Text.Languages;
using Asked = Llamax.Cli.Verbs.TranslateOptions;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax translate</c>: one line or a million, in their order, or a document.</summary>
internal static class TranslateVerb
{
    private const string JournalSuffix = ".llamax-journal";

    internal static Command Create()
    {
        var command = new Command("translate", """
            Translates texts, a file, standard input or a document with a model folder or a remote model. A line that cannot be translated
            stays empty and is listed. With --output, the same command goes on where a killed job stopped.

            Examples:
              llamax translate "4 May 2021" --model quickstart/model --from en --to de
              llamax translate --model LLaMAX3-8B-Alpaca --from ha --to zh --input ha.txt --output zh.txt --device cuda --type bfloat16
              llamax translate --model quickstart/model --from de --to ja --pivot en --nbest 3 --json < de.txt
              llamax translate --model quickstart/model --from en --to de --samples 32 --min-p 0.02 --mbr < en.txt
              llamax translate --remote https://api.openai.com/v1 --model gpt-4 --from en --to ceb --document -i README.md
            """)
        {
            Asked.Texts, Asked.Model, Asked.From, Asked.To, Asked.Input, Asked.Output, Asked.Document, Asked.Split, Asked.Pivot,
            Asked.Identifier, Asked.Remote, Asked.Parallel, Asked.Cache, Asked.Beam, Asked.LengthPenalty, Asked.NBest, Asked.MaxNewTokens,
            Asked.Samples, Asked.Temperature, Asked.TopK, Asked.TopP, Asked.MinP, Asked.Seed, Asked.BayesRisk, Asked.Script, Asked.Prefix,
            Asked.Glossary, Asked.Prompt, Asked.CompatPaper, Asked.Device, Asked.Type, Asked.Threads, Asked.Json,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var given = parsed.GetValue(Asked.Texts) ?? [];
        var input = parsed.GetValue(Asked.Input);
        if (given.Length > 0 && input is not null)
            throw new RequestException("texts and --input were given", "llamax translate", "give one of them");
        if (given.Length > 0 && parsed.GetValue(Asked.Document))
            throw new RequestException("texts and --document were given", "llamax translate", "name the document with --input");
        var events = Talk.Events();
        using var display = events as IDisposable;
        var (translator, fingerprint) = Open(parsed, events);
        using var log = OpenLog(parsed);
        using var job = new TranslationJob(translator, log, fingerprint, events)
        {
            Total = input is null or InputLines.StandardInput || parsed.GetValue(Asked.Document)
                ? given.Length
                : InputLines.Read(input, cancellation).LongCount(),
        };

        var failures = new List<string>();
        if (parsed.GetValue(Asked.Output) is { } path)
        {
            AtomicFile.Write(path, stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
                Translate(parsed, job, given, writer, failures, cancellation);
            });
            log.Dispose();
            File.Delete(path + JournalSuffix);
        }
        else
        {
            using var writer = Results.Lines(answersStandardInput: true);
            Translate(parsed, job, given, writer, failures, cancellation);
        }

        foreach (var failure in failures)
            Console.Error.WriteLine(failure);
        return failures.Count > 0 ? CommandLine.SomeFailed : CommandLine.Done;
    }

    /// <summary>The whole chain below the job, and what names everything that decides its translations.</summary>
    private static (ITranslator Translator, string Fingerprint) Open(ParseResult parsed, IRunEvents events)
    {
        var profile = parsed.GetValue(Asked.Remote) is null ? TranslationProfile.Load(parsed.GetValue(Asked.Model)!) : new();
        var isAuto = parsed.GetValue(Asked.From) == DetectingTranslator.Auto;
        var target = profile.Language(parsed.GetValue(Asked.To)!).Code;
        string[] sources = [.. new[] { isAuto ? null : parsed.GetValue(Asked.From), parsed.GetValue(Asked.Pivot) }.OfType<string>()];
        foreach (var source in sources)
            profile.Require(profile.Language(source).Code, target);
        if (parsed.GetValue(Asked.Script))
            LanguageRegistry.Find(target);
        var identifier = !isAuto ? null
            : parsed.GetValue(Asked.Identifier) is { } file ? LanguageIdentifier.Load(file)
            : throw new RequestException("--from auto needs a language identifier", "llamax translate", "name one with --lid-model");

        var (direct, name) = parsed.GetValue(Asked.Remote) is null ? OpenModel(parsed, profile, events) : OpenRemote(parsed);
        if (parsed.GetValue(Asked.BayesRisk))
            direct = new RerankedTranslator(direct, new MinimumBayesRisk(Chrf()));
        var translator = parsed.GetValue(Asked.Pivot) is { } pivot ? new PivotTranslator(direct, direct, pivot) : direct;
        var splitting = parsed.GetValue(Asked.Document) ? TextSplitting.Always : parsed.GetValue(Asked.Split);
        translator = new SplittingTranslator(translator, splitting);
        if (identifier is not null)
            translator = new DetectingTranslator(translator, identifier);
        return (translator, Manifest.HashTexts(
            name, parsed.GetValue(Asked.Pivot) ?? "", parsed.GetValue(Asked.BayesRisk) ? "mbr chrF" : "", splitting.ToString(),
            identifier?.Fingerprint ?? ""));
    }

    private static (ITranslator Translator, string Name) OpenModel(ParseResult parsed, TranslationProfile profile, IRunEvents events)
    {
        var options = new ModelTranslatorOptions
        {
            Device = parsed.GetValue(Asked.Device)!,
            Type = parsed.GetValue(Asked.Type)!,
            Threads = parsed.GetValue(Asked.Threads),
            Template = parsed.GetValue(Asked.Prompt) is { } name ? PromptTemplate.Find(name) : null,
            CompatPaper = parsed.GetValue(Asked.CompatPaper),
            KeepScript = parsed.GetValue(Asked.Script),
            Search = Search(parsed, profile.Search),
        };
        TorchRuntime.Check();
        var model = parsed.GetValue(Asked.Model)!;
        var translator = ModelTranslator.Open(model, options, events);
        return (translator, Manifest.HashTexts(
            ModelFingerprint.Of(model), RecipeWriter.Write(options), RecipeWriter.Write(options.Template ?? profile.Template)));
    }

    private static (ITranslator Translator, string Name) OpenRemote(ParseResult parsed)
    {
        var url = parsed.GetValue(Asked.Remote)!;
        var options = new RemoteTranslatorOptions
        {
            BaseUrl = Uri.TryCreate(url, UriKind.Absolute, out var address)
                ? address
                : throw new RequestException($"\"{url}\" is no address", "--remote", "write it as https://api.openai.com/v1"),
            Model = parsed.GetValue(Asked.Model)!,
            Key = Environment.GetEnvironmentVariable("LLAMAX_API_KEY"),
            Template = parsed.GetValue(Asked.Prompt) is { } name ? PromptTemplate.Find(name) : PromptTemplate.Chat,
            Parallel = parsed.GetValue(Asked.Parallel),
        };
        return (new RemoteTranslator(options), Manifest.HashTexts("remote", url, options.Model, options.Template.Text));
    }

    private static SearchOptions Search(ParseResult parsed, SearchOptions search)
    {
        if (parsed.GetValue(Asked.CompatPaper))
            search = search with { Beams = 4, LengthPenalty = 1, MaxNewTokens = 256 };
        search = search with
        {
            Beams = parsed.GetValue(Asked.Beam) ?? search.Beams,
            LengthPenalty = parsed.GetValue(Asked.LengthPenalty) ?? search.LengthPenalty,
            MaxNewTokens = parsed.GetValue(Asked.MaxNewTokens) ?? search.MaxNewTokens,
        };
        if (parsed.GetValue(Asked.Samples) is not { } samples)
            return search with
            {
                NBest = parsed.GetValue(Asked.BayesRisk) ? search.Beams : parsed.GetValue(Asked.NBest) ?? search.NBest,
            };
        return search with
        {
            Beams = parsed.GetValue(Asked.Beam) ?? 1,
            NBest = samples,
            Sampling = new()
            {
                Temperature = parsed.GetValue(Asked.Temperature),
                TopK = parsed.GetValue(Asked.TopK),
                TopP = parsed.GetValue(Asked.TopP),
                MinP = parsed.GetValue(Asked.MinP),
                Seed = (ulong)parsed.GetValue(Asked.Seed),
            },
        };
    }

    private static Utility Chrf()
    {
        var chrf = new ChrfMetric();
        return (hypothesis, reference) => chrf.SentenceScore(hypothesis, reference).Score;
    }

    private static TranslationLog OpenLog(ParseResult parsed) =>
        parsed.GetValue(Asked.Cache) is { } cache ? TranslationLog.Open(cache, keepsProblems: false)
        : parsed.GetValue(Asked.Output) is { } output ? TranslationLog.Open(output + JournalSuffix, keepsProblems: true)
        : TranslationLog.Temporary();

    private static void Translate(
        ParseResult parsed,
        ITranslator translator,
        string[] texts,
        StreamWriter output,
        List<string> failures,
        CancellationToken cancellation)
    {
        if (parsed.GetValue(Asked.Document))
            TranslateDocument(parsed, translator, output, failures, cancellation);
        else
            TranslateLines(parsed, translator, texts.Length > 0
                ? texts.Select((text, i) => new TextLine(text, string.Create(CultureInfo.InvariantCulture, $"TEXT {i + 1}")))
                : InputLines.Read(parsed.GetValue(Asked.Input), cancellation), output, failures, cancellation);
    }

    private static void TranslateDocument(
        ParseResult parsed, ITranslator translator, StreamWriter output, List<string> failures, CancellationToken cancellation)
    {
        var path = parsed.GetValue(Asked.Input) ?? InputLines.StandardInput;
        using var stream = path == InputLines.StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
        using var reader = new StreamReader(stream, new UTF8Encoding(false));
        var (document, problems) = DocumentTranslator.Translate(
            translator, reader.ReadToEnd(), parsed.GetValue(Asked.From)!, parsed.GetValue(Asked.To)!, cancellation);
        output.Write(document);
        failures.AddRange(problems.Select(problem =>
            string.Create(CultureInfo.InvariantCulture, $"{path}:{problem.Line}: {problem.Problem}")));
    }

    private static void TranslateLines(
        ParseResult parsed,
        ITranslator translator,
        IEnumerable<TextLine> lines,
        StreamWriter output,
        List<string> failures,
        CancellationToken cancellation)
    {
        // Results come in the order of the lines, but later than these are read.
        var origins = new Queue<string>();
        var glossary = parsed.GetValue(Asked.Glossary) is { } terms ? Glossary.Load(terms) : new([]);
        var requests = lines.Select(line =>
        {
            origins.Enqueue(line.Origin);
            return glossary.Apply(new(line.Text, parsed.GetValue(Asked.From)!, parsed.GetValue(Asked.To)!)
            {
                Prefix = parsed.GetValue(Asked.Prefix)!,
            });
        });
        var number = 0;
        foreach (var translation in translator.Translate(requests, cancellation))
        {
            var origin = origins.Dequeue();
            if (translation.Problem is { } problem)
                failures.Add($"{origin}: {problem}");
            var candidates = translation.Candidates.Take(parsed.GetValue(Asked.NBest) ?? int.MaxValue);
            if (parsed.GetValue(Asked.Json))
                output.WriteLine(Results.Line(ToJson(translation, candidates)));
            else if (parsed.GetValue(Asked.NBest) is null)
                output.WriteLine(translation.Text);
            else
                foreach (var candidate in candidates)
                    output.WriteLine(
                        string.Create(CultureInfo.InvariantCulture, $"{number} ||| {candidate.Text} ||| {candidate.Score:0.####}"));
            number++;
        }
    }

    private static JsonObject ToJson(Translation translation, IEnumerable<TranslationCandidate> candidates)
    {
        var json = new JsonObject
        {
            ["source"] = translation.Request.Text,
            ["hypotheses"] = new JsonArray([
                .. candidates.Select(candidate => new JsonObject { ["text"] = candidate.Text, ["score"] = candidate.Score }),
            ]),
        };
        if (translation.Problem is { } problem)
            json["problem"] = problem;
        return json;
    }
}
