using Llamax.Runs;
using Llamax.Runs.Manifests;

namespace Llamax.Corpus.Sharding;

/// <summary>
/// The folder of a step's output: beside the output stand <c>manifest.json</c>, and <c>OUT.report.json</c> with the counters and samples.
/// </summary>
internal sealed class StepFolder
{
    private readonly StepRequest _request;
    private readonly string _folder;

    private StepFolder(StepRequest request, string folder) => (_request, _folder) = (request, folder);

    /// <exception cref="RequestException">The folder's manifest speaks of another output.</exception>
    public static StepFolder Of(StepRequest request)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(request.Output))!;
        var name = Path.GetFileName(request.Output);
        if (Manifest.TryRead(folder) is { } other && !other.Outputs.ContainsKey(name))
            throw new RequestException(
                $"the manifest.json beside it speaks of {string.Join(", ", other.Outputs.Keys.Take(3))}",
                request.Output, "give each output a folder of its own");
        return new(request, folder);
    }

    public void Finish(StepReport report, double seconds)
    {
        var name = Path.GetFileName(_request.Output);
        AtomicFile.WriteAllText(_request.Output + ".report.json", StepReportJson.Write(report, _request.IsParallel) + "\n");
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["read"] = report.Read,
            ["kept"] = report.Kept,
            ["malformed"] = report.Malformed,
        };
        foreach (var (reason, count) in report.Removed)
            counts[$"removed.{reason}"] = count;
        foreach (var (what, count) in report.Counts)
            counts[what] = count;
        var inputs = _request.Inputs.Concat(_request.Against).SelectMany(input => input.Files).Distinct()
            .ToDictionary(file => file, Manifest.HashFile);
        var manifest = new Manifest
        {
            Command = _request.Command,
            Key = Manifest.HashTexts([_request.Command, _request.Options, .. inputs.Values]),
            Seed = _request.Seed,
            Versions = Manifest.CurrentVersions,
            Options = _request.Options,
            Inputs = inputs,
            Counts = counts,
            WallSeconds = seconds,
        };
        var rejected = _request.Rejected is null ? null : Path.GetRelativePath(_folder, Path.GetFullPath(_request.Rejected)).Replace('\\', '/');
        manifest.Write(_folder, file => file == name || file == name + ".report.json" || file == rejected);
    }
}
