using System.CommandLine;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Cli.Verbs;

/// <summary>What the steps of <c>llamax corpus</c> have in common: inputs, output, languages, shards.</summary>
internal sealed class CorpusStepOptions
{
    private const int ExamplesOfMalformed = 3;

    private readonly Argument<string[]> _inputs = new("INPUT")
    {
        Description = "Pairs (x.tsv, x.jsonl, x.parquet, x.tmx, x.xliff, x.{en,ha}; .gz, .zst, wildcards, x.tsv#source=3,target=4,header) "
            + "or, with --lang, text",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _output = new("--out", "-o")
    {
        Description = "What is kept, in any of these formats; manifest.json and the report go beside it",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _rejected = new("--rejected")
    {
        Description = "Keep what was removed, with the reason, file and line, one JSON object a line",
        HelpName = "FILE",
    };

    private readonly Option<string?> _from = new("--from") { Description = "Language of the source", HelpName = "LANG" };

    private readonly Option<string?> _to = new("--to") { Description = "Language of the target", HelpName = "LANG" };

    private readonly Option<string?> _language = new("--lang")
    {
        Description = "Language of text that has no translation",
        HelpName = "LANG",
    };

    private readonly Option<string?> _shard = new("--shard")
    {
        Description = "Do the i-th of n parts of the work, for --merge n",
        HelpName = "i/n",
    };

    private readonly Option<int?> _merge = new("--merge")
    {
        Description = "Put n shards together; the bytes are those of one process",
        HelpName = "n",
    };

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "Threads that judge (default: the cores); they do not change the result",
        HelpName = "N",
    };

    private readonly Option<bool> _strict = new("--strict") { Description = "Stop at the first malformed line" };

    private readonly Option<bool> _json = new("--json") { Description = "Print the report as a JSON object" };

    internal void AddTo(Command command)
    {
        command.Add(_inputs);
        foreach (var option in (Option[])[_from, _to, _language, _output, _rejected, _shard, _merge, _threads, _strict, _json])
            command.Add(option);
    }

    internal bool IsParallel(ParseResult parsed) => parsed.GetValue(_language) is null;

    internal Language? Source(ParseResult parsed) => Find(parsed.GetValue(_language) ?? parsed.GetValue(_from));

    internal Language? Target(ParseResult parsed) => Find(parsed.GetValue(_to));

    internal StepRequest Request(ParseResult parsed, string command, string options)
    {
        if (!IsParallel(parsed) && (parsed.GetValue(_from) ?? parsed.GetValue(_to)) is not null)
            throw new RequestException("--lang and --from or --to", "", "give --lang for text of one language, --from and --to for pairs");
        var request = new StepRequest
        {
            Command = command,
            Inputs = [.. parsed.GetValue(_inputs)!.SelectMany(spec => StepInput.OpenAll(spec, IsParallel(parsed)))],
            Output = parsed.GetValue(_output)!,
            Rejected = parsed.GetValue(_rejected),
            IsParallel = IsParallel(parsed),
            Options = $"from: {Source(parsed)}\nto: {Target(parsed)}\n{options}",
            Shard = parsed.GetValue(_shard) is { } shard ? Shard.Parse(shard) : null,
            Merge = parsed.GetValue(_merge),
        };
        return parsed.GetValue(_threads) is { } threads ? request with { Threads = threads } : request;
    }

    internal MalformedLines Malformed(ParseResult parsed) => new(parsed.GetValue(_strict));

    /// <summary>The report on standard output: one line, or JSON; nothing for a shard.</summary>
    internal int Finish(ParseResult parsed, StepReport? report, MalformedLines malformed)
    {
        foreach (var example in malformed.Examples.Take(ExamplesOfMalformed))
            Console.Error.WriteLine($"malformed: {example}");
        if (report is null)
            return CommandLine.Done;
        foreach (var example in report.Unwritable.Take(ExamplesOfMalformed))
            Console.Error.WriteLine($"not written: {example}");
        if (parsed.GetValue(_json))
            Results.WriteDocument(StepReportJson.ToJson(report, IsParallel(parsed)));
        else
            Console.Out.WriteLine(report.Summary(IsParallel(parsed) ? "pairs" : "lines"));
        return report.Malformed > 0 || report.Unwritable.Count > 0 ? CommandLine.SomeFailed : CommandLine.Done;
    }

    private static Language? Find(string? code) => code is null ? null : LanguageRegistry.Find(code);
}
