using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Reading;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Decoding.Translators;
using Llamax.Models.Native;
using Llamax.Runs;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax translate</c>: one line or a million, in their order.</summary>
internal static class TranslateVerb
{
    private static readonly Argument<string[]> Texts = new("TEXT")
    {
        Description = "Texts to translate; without any, lines are read",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<string> Model = new("--model", "-m")
    {
        Description = "A Hugging Face model folder",
        HelpName = "DIR",
        Required = true,
    };
    private static readonly Option<string> From = new("--from")
    {
        Description = "Language of the texts: any code or English name",
        HelpName = "LANG",
        Required = true,
    };
    private static readonly Option<string> To = new("--to") { Description = "Language wanted", HelpName = "LANG", Required = true };
    private static readonly Option<string?> Input = new("--input", "-i")
    {
        Description = "Read lines from here (.gz too) instead of standard input",
        HelpName = "FILE",
    };
    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "Write here instead of to standard output; the file appears when all is done",
        HelpName = "FILE",
    };
    private static readonly Option<int?> Beam = new("--beam")
    {
        Description = "Hypotheses kept per sentence; 1 = greedy search (default: the model's translation.json, or 4)",
        HelpName = "N",
    };
    private static readonly Option<int?> NBest = new("--nbest")
    {
        Description = "Translations per text, best first; without --json as \"number ||| text ||| score\"",
        HelpName = "N",
    };
    private static readonly Option<int?> MaxNewTokens = new("--max-new-tokens") { Description = "The longest answer", HelpName = "N" };
    private static readonly Option<string?> Pivot = new("--pivot") { Description = "Translate through this language", HelpName = "LANG" };
    private static readonly Option<string?> Prompt = new("--prompt")
    {
        Description = $"Another prompt than the model's own: {string.Join(", ", PromptTemplate.BuiltIn.Select(t => t.Name))}",
        HelpName = "NAME",
    };
    private static readonly Option<string> Device = new("--device")
    {
        Description = "cpu, cuda or cuda:N",
        HelpName = "NAME",
        DefaultValueFactory = _ => "cpu",
    };
    private static readonly Option<string> Type = new("--type")
    {
        Description = "Type of the weights: float32, bfloat16 or float16",
        HelpName = "NAME",
        DefaultValueFactory = _ => "float32",
    };
    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads of the processor; 0 = one per core",
        HelpName = "N",
    };
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print a JSON object per text: source, and hypotheses with text and score",
    };

    internal static Command Create()
    {
        var command = new Command("translate", """
            Translates texts, a file or standard input with a model folder. A line that cannot be translated stays empty and is listed.

            Examples:
              llamax translate "4 May 2021" --model quickstart/model --from en --to de
              llamax translate --model LLaMAX3-8B-Alpaca --from ha --to zh --input ha.txt --output zh.txt --device cuda --type bfloat16
              llamax translate --model quickstart/model --from de --to ja --pivot en --nbest 3 --json < de.txt
            """)
        { Texts, Model, From, To, Input, Output, Beam, NBest, MaxNewTokens, Pivot, Prompt, Device, Type, Threads, Json };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var given = parsed.GetValue(Texts) ?? [];
        if (given.Length > 0 && parsed.GetValue(Input) is not null)
            throw new RequestException("texts and --input were given", "llamax translate", "give one of them");
        var profile = TranslationProfile.Load(parsed.GetValue(Model)!);
        foreach (var language in new[] { parsed.GetValue(From), parsed.GetValue(To), parsed.GetValue(Pivot) }.OfType<string>())
            profile.Language(language);

        var events = Talk.Events();
        using var display = events as IDisposable;
        TorchRuntime.Check();
        ITranslator direct = ModelTranslator.Open(parsed.GetValue(Model)!, Options(parsed, profile.Search), events);
        using var translator = parsed.GetValue(Pivot) is { } pivot ? new PivotTranslator(direct, direct, pivot) : direct;
        var lines = given.Length > 0
            ? given.Select((text, i) => new TextLine(text, string.Create(CultureInfo.InvariantCulture, $"TEXT {i + 1}")))
            : InputLines.Read(parsed.GetValue(Input), cancellation);
        var failures = new List<string>();
        if (parsed.GetValue(Output) is { } path)
        {
            AtomicFile.Write(path, stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
                Translate(parsed, translator, lines, writer, failures, cancellation);
            });
        }
        else
        {
            using var writer = Results.Lines(answersStandardInput: true);
            Translate(parsed, translator, lines, writer, failures, cancellation);
        }

        foreach (var failure in failures)
            Console.Error.WriteLine(failure);
        return failures.Count > 0 ? CommandLine.SomeFailed : CommandLine.Done;
    }

    private static ModelTranslatorOptions Options(ParseResult parsed, SearchOptions search) => new()
    {
        Device = parsed.GetValue(Device)!,
        Type = parsed.GetValue(Type)!,
        Threads = parsed.GetValue(Threads),
        Template = parsed.GetValue(Prompt) is { } name ? PromptTemplate.Find(name) : null,
        Search = search with
        {
            Beams = parsed.GetValue(Beam) ?? search.Beams,
            NBest = parsed.GetValue(NBest) ?? search.NBest,
            MaxNewTokens = parsed.GetValue(MaxNewTokens) ?? search.MaxNewTokens,
        },
    };

    private static void Translate(
        ParseResult parsed,
        ITranslator translator,
        IEnumerable<TextLine> lines,
        StreamWriter output,
        List<string> failures,
        CancellationToken cancellation)
    {
        // Results come in the order of the lines, but later than these are read.
        var origins = new Queue<string>();
        var requests = lines.Select(line =>
        {
            origins.Enqueue(line.Origin);
            return new TranslationRequest(line.Text, parsed.GetValue(From)!, parsed.GetValue(To)!);
        });
        var number = 0;
        foreach (var translation in translator.Translate(requests, cancellation))
        {
            var origin = origins.Dequeue();
            if (translation.Problem is { } problem)
                failures.Add($"{origin}: {problem}");
            if (parsed.GetValue(Json))
                output.WriteLine(Results.Line(ToJson(translation)));
            else if (parsed.GetValue(NBest) is null)
                output.WriteLine(translation.Text);
            else
                foreach (var candidate in translation.Candidates)
                    output.WriteLine(
                        string.Create(CultureInfo.InvariantCulture, $"{number} ||| {candidate.Text} ||| {candidate.Score:0.####}"));
            number++;
        }
    }

    private static JsonObject ToJson(Translation translation)
    {
        var json = new JsonObject
        {
            ["source"] = translation.Request.Text,
            ["hypotheses"] = new JsonArray([
                .. translation.Candidates.Select(candidate => new JsonObject { ["text"] = candidate.Text, ["score"] = candidate.Score }),
            ]),
        };
        if (translation.Problem is { } problem)
            json["problem"] = problem;
        return json;
    }
}
