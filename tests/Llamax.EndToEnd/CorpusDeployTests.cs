using System.Globalization;
using System.Text;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>The commands of the templates in deploy/, run as the schedulers run them: a process for each index.</summary>
public sealed class CorpusDeployTests : IDisposable
{
    private const int Shards = 3;

    private readonly TemporaryFolder _folder = new();

    public CorpusDeployTests()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 9000; i++)
            text.Append(CultureInfo.InvariantCulture, $"good morning number {i % 5000}\tina kwana lamba {i % 5000}\n");
        _folder.Write("raw/a.tsv", text.ToString());
        _folder.Write("raw/b.tsv", "same\tsame\nyes\tna'am\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_slurm_arrays_give_the_bytes_of_one_process()
    {
        Whole();
        var clean = Template("slurm", "corpus-clean.sbatch");
        foreach (var index in Enumerable.Range(1, Shards))
            Shell(clean, ("SLURM_ARRAY_TASK_ID", index), ("SLURM_ARRAY_TASK_COUNT", Shards));
        Shell(Wrapped(clean));
        Assert.Equal(Bytes("whole-clean/en-ha.tsv"), Bytes("clean/en-ha.tsv"));

        var dedup = Template("slurm", "corpus-dedup.sbatch");
        foreach (var phase in (string[])["map", "reduce", "apply"])
            foreach (var index in Enumerable.Range(1, Shards))
                Shell($"PHASE={phase}\n{dedup}", ("SLURM_ARRAY_TASK_ID", index), ("SLURM_ARRAY_TASK_COUNT", Shards));
        Shell(Wrapped(dedup));
        Assert.Equal(Bytes("whole-unique/en-ha.tsv"), Bytes("unique/en-ha.tsv"));
    }

    [Fact]
    public void The_kubernetes_jobs_give_the_bytes_of_one_process()
    {
        Whole();
        Job("indexed-job.yaml", "");
        Assert.Equal(Bytes("whole-clean/en-ha.tsv"), Bytes("clean/en-ha.tsv"));
        Job("corpus-dedup.yaml", "map", "reduce", "apply");
        Assert.Equal(Bytes("whole-unique/en-ha.tsv"), Bytes("unique/en-ha.tsv"));

        _folder.Write("tests/en-ha.tsv", "Good morning, number 77!\tx\nnever said\ty\n");
        Job("corpus-decontaminate.yaml", "");
        Shell("llamax corpus decontaminate unique/en-ha.tsv --from en --to ha --test tests/en-ha.tsv --out whole-train/en-ha.tsv");
        Assert.Equal(5000, Bytes("train/en-ha.tsv").Count(one => one == (byte)'\n'));
        foreach (var file in (string[])["en-ha.tsv", "en-ha.tsv.contamination.json"])
            Assert.Equal(Bytes($"whole-train/{file}"), Bytes($"train/{file}"));
    }

    /// <summary>Every pod of a template, for each phase, and the merging that its comment ends with.</summary>
    private void Job(string name, params string[] phases)
    {
        var job = Template("kubernetes", name);
        var lines = job.Split("- |\n")[1].Split('\n').TakeWhile(line => line.StartsWith("              ", StringComparison.Ordinal));
        var command = string.Join('\n', lines);
        foreach (var phase in phases)
            foreach (var index in Enumerable.Range(0, Shards))
                Shell(command.Replace("PHASE", phase, StringComparison.Ordinal), ("JOB_COMPLETION_INDEX", index), ("SHARDS", Shards));
        var merge = job.Split('\n').First(line => line.Contains("--merge", StringComparison.Ordinal)).TrimStart('#');
        Shell(merge.Replace("--merge 8", $"--merge {Shards}", StringComparison.Ordinal));
    }

    private void Whole()
    {
        Shell("llamax corpus clean 'raw/*.tsv' --from en --to ha --out whole-clean/en-ha.tsv");
        Shell("llamax corpus dedup whole-clean/en-ha.tsv --out whole-unique/en-ha.tsv");
        Assert.Equal(5001, Bytes("whole-unique/en-ha.tsv").Count(one => one == (byte)'\n'));
    }

    private static string Template(string folder, string name) => File.ReadAllText(Path.Combine(Goldens.Repository, "deploy", folder,
        name));

    /// <summary>The merging that a template's comment submits last.</summary>
    private static string Wrapped(string template) =>
        template.Split("--wrap \"")[1].Split('"')[0].Replace("--merge 8", $"--merge {Shards}", StringComparison.Ordinal);

    private byte[] Bytes(string name) => File.ReadAllBytes(_folder[name]);

    private void Shell(string script, params (string Name, int Value)[] variables)
    {
        var environment = variables.ToDictionary(variable => variable.Name, variable
            => variable.Value.ToString(CultureInfo.InvariantCulture));
        var program = $"llamax() {{ dotnet '{Path.Combine(AppContext.BaseDirectory, "llamax.dll")}' \"$@\"; }}";
        using var process = LlamaxProgram.Start(environment, "/bin/bash", ["-c", $"{program}\ncd '{_folder.Path}'\n{script}"]);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{script}\n{output.Result}{error}");
    }
}
