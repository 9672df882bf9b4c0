using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.BuiltIn;
using Llamax.Corpus.Catalogue;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Text.Languages;
using Llamax.Training.Collectives;
using TorchSharp;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax doctor</c>: what this machine can do.</summary>
internal static class DoctorVerb
{
    /// <param name="Name">What was looked at.</param>
    /// <param name="State"><c>ok</c>, <c>absent</c> (some things are not possible) or <c>broken</c> (nothing is).</param>
    /// <param name="Found">What was found.</param>
    /// <param name="Mend">What to do; empty where nothing has to be done.</param>
    private sealed record Finding(string Name, string State, string Found, string Mend = "");

    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Command("doctor", """
            Says what this machine can do: processor, memory, disk, .NET, locale data, libtorch, CUDA, data on this machine.
            Exit code 1 where something is broken that every command needs.

            Examples:
              llamax doctor
              llamax doctor --json
            """)
        { json };
        command.SetAction(parsed =>
        {
            var findings = Examine().ToList();
            if (parsed.GetValue(json))
                Results.WriteDocument(new JsonArray([
                    .. findings.Select(
                        f => new JsonObject { ["name"] = f.Name, ["state"] = f.State, ["found"] = f.Found, ["mend"] = f.Mend }),
                ]));
            else
                WriteText(findings);
            return findings.Exists(finding => finding.State == "broken") ? CommandLine.SomeFailed : CommandLine.Done;
        });
        return command;
    }

    private static void WriteText(List<Finding> findings)
    {
        var width = findings.Max(finding => finding.Name.Length);
        foreach (var finding in findings)
        {
            Console.Out.WriteLine($"{finding.State,-6}  {finding.Name.PadRight(width)}  {finding.Found}");
            if (finding.Mend.Length > 0)
                Console.Out.WriteLine($"{new string(' ', 8 + width)}  to mend it: {finding.Mend}");
        }
    }

    private static IEnumerable<Finding> Examine()
    {
        yield return new(
            "system",
            "ok",
            $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");
        yield return new(".NET", "ok", Environment.Version.ToString());
        yield return new("cores", "ok", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        yield return Memory();
        yield return Disk();
        yield return LocaleData();
        var torch = Torch();
        yield return torch;
        if (torch.State == "ok")
            yield return Cuda();
        yield return Launch.HasMpi
            ? new("MPI", "ok", "Open MPI loads: mpirun -n N llamax train shares a run among processes")
            : new("MPI", "absent", "Open MPI does not load; a run has one process", "install it (Debian: apt-get install openmpi-bin)");
        yield return Launch.HasNccl
            ? new("NCCL", "ok", "loads (ranks on CUDA devices; not yet run on hardware)")
            : new("NCCL", "absent", "does not load; a run has one CUDA device", "install NVIDIA's package libnccl2");
        var folders = DataFolders.FromEnvironment();
        yield return Mirror("data", "LLAMAX_DATA", folders.Mirror, "the corpora that llamax data get would download");
        yield return Mirror(
            "reference values",
            "LLAMAX_GOLDENS",
            Environment.GetEnvironmentVariable("LLAMAX_GOLDENS"),
            "the reference values of ./test.sh --goldens");
        yield return SpBleu();
    }

    private static Finding Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes >= 2L << 30
            ? new("memory", "ok", Gigabytes(bytes))
            : new(
                "memory",
                "absent",
                Gigabytes(bytes),
                "training the quickstart's model needs about 2 GB; raise the limit of this container or machine");
    }

    private static Finding Disk()
    {
        var folder = Directory.GetCurrentDirectory();
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return free >= 1L << 30
            ? new("disk", "ok", $"{Gigabytes(free)} free for {folder}")
            : new("disk", "absent", $"{Gigabytes(free)} free for {folder}", "free some space, or give --out a folder on another disk");
    }

    private static Finding LocaleData()
    {
        const string Mend = "install ICU (libicu on Linux) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";
        try
        {
            var supported = BuiltInCorpus.Supported;
            var found = string.Create(
                CultureInfo.InvariantCulture,
                $"corpus in {supported.Count} of {LanguageRegistry.All.Count} languages, {new BuiltInCorpus(supported).LocaleData}");
            return supported.Count > 2 ? new("locale data", "ok", found) : new("locale data", "broken", found, Mend);
        }
        catch (RequestException failure)
        {
            return new("locale data", "broken", failure.What, Mend);
        }
    }

    private static Finding Torch()
    {
        try
        {
            TorchRuntime.Check();
            return new("libtorch", "ok", "loads, and computes what it should");
        }
        catch (RequestException failure)
        {
            return new("libtorch", "broken", failure.What, failure.Mend);
        }
    }

    // Apart, so that TorchSharp is not touched where it does not load.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Finding Cuda() => torch.cuda.is_available()
        ? new("CUDA", "ok", string.Create(CultureInfo.InvariantCulture, $"{torch.cuda.device_count()} devices"))
        : new(
            "CUDA",
            "absent",
            "libtorch sees no device; the processor computes",
            "on a machine with an NVIDIA driver, start with LLAMAX_TORCH=cuda");

    private static Finding Mirror(string name, string variable, string? folder, string what)
    {
        if (string.IsNullOrEmpty(folder))
            return new(name, "absent", $"{variable} is not set", $"set it to a folder with {what}, if you have one");
        return Directory.Exists(folder)
            ? new(name, "ok", folder)
            : new(name, "absent", $"{variable} names {folder}, which is no folder", "correct it, or unset it");
    }

    private static Finding SpBleu() => DataCatalogue.Default.Locate("spm-flores101") is { } path
        ? new("spBLEU model", "ok", path)
        : new(
            "spBLEU model", "absent", "scores need --tokenizer, and cannot be compared with the paper's", "llamax data get spm-flores101");

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB");
}
