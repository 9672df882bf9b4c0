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
        var folder = Path.GetDirectoryName(Path.GetFullPath(request.OutputName))!;
        var name = Path.GetFileName(request.OutputName);
        if (Manifest.TryRead(folder) is { } other && !other.Outputs.ContainsKey(name))
            throw new RequestException(
                $"the manifest.json beside it speaks of {string.Join(", ", other.Outputs.Keys.Take(3))}",
                request.Output, "give each output a folder of its own");
        return new(request, folder);
    }

    public void Finish(StepReport report, double seconds)
    {
        var reportPath = _request.OutputName + ".report.json";
        AtomicFile.WriteAllText(reportPath, StepReportJson.Write(report, _request.IsParallel) + "\n");
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
        var outputs = _request.OutputFiles.Append(reportPath).Append(_request.Rejected).OfType<string>()
            .Select(path => Path.GetRelativePath(_folder, Path.GetFullPath(path)).Replace('\\', '/')).ToList();
        manifest.Write(_folder, outputs.Contains);
    }
}
