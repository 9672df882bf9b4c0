using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Models.Checkpoints;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax inspect MODEL</c>: what a model on disk is.</summary>
internal static class InspectVerb
{
    internal static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "A model folder, an adapter's folder, or a file: safetensors, torch.save (.bin, .ckpt) or GGUF",
        };
        var tensors = new Option<bool>("--tensors") { Description = "List every tensor" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var command = new Command("inspect", """
            Shows what a model is: architecture, sizes, types, and what it needs in memory. No weight is read.

            Examples:
              llamax inspect quickstart/model
              llamax inspect LLaMAX3-8B.Q4_K_M.gguf --tensors
              llamax inspect my-lora --json
            """)
        { model, tensors, json };
        command.SetAction((parsed, _) =>
        {
            var found = ModelInspection.Read(parsed.GetValue(model)!);
            if (parsed.GetValue(json))
                Results.WriteDocument(Document(found, parsed.GetValue(tensors)));
            else
                Print(found, parsed.GetValue(tensors));
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static JsonObject Document(ModelInspection found, bool withTensors)
    {
        var document = new JsonObject
        {
            ["format"] = found.Format,
            ["architecture"] = found.Architecture,
            ["parameters"] = found.Parameters,
            ["stored_bytes"] = found.StoredBytes,
            ["types"] = new JsonArray([.. found.Types.Select(type => new JsonObject
            {
                ["type"] = type.Type,
                ["tensors"] = type.Tensors,
                ["parameters"] = type.Elements,
                ["bytes"] = type.Bytes,
            })]),
            ["vocabulary"] = found.VocabularySize,
            ["tokenizer"] = found.Tokenizer,
            ["tied_head"] = found.TiedHead,
            ["memory"] = new JsonArray([.. found.Memory.Select(need => new JsonObject
            {
                ["type"] = need.Type,
                ["weight_bytes"] = need.WeightBytes,
                ["cache_bytes_per_token"] = need.CacheBytesPerToken,
            })]),
            ["memory_here"] = Here,
            ["config"] = found.Config?.DeepClone(),
            ["adapter"] = found.Adapter is { } adapter ? JsonNode.Parse(adapter.ToJson()) : null,
        };
        if (withTensors)
        {
            document["tensors"] = new JsonArray([.. found.Tensors.Select(tensor => new JsonObject
            {
                ["name"] = tensor.Name,
                ["type"] = tensor.Type,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(size => (JsonNode)size)]),
                ["bytes"] = tensor.Bytes,
                ["file"] = tensor.File,
            })]);
        }

        return document;
    }

    private static void Print(ModelInspection found, bool withTensors)
    {
        List<string[]> rows =
        [
            ["format", found.Format],
            ["architecture", found.Architecture ?? (found.Adapter is null ? "unknown: there is no config.json" : "that of its base model")],
            ["parameters", Number(found.Parameters)],
            ["stored", $"{Bytes(found.StoredBytes)} in {Number(found.Tensors.Count)} tensors"],
            .. found.Types.Select(type => new[] { "", $"{type.Type}: {Number(type.Tensors)} tensors, {Number(type.Elements)} parameters, {Bytes(type.Bytes)}" }),
        ];
        if (found.VocabularySize is { } vocabulary)
            rows.Add(["vocabulary", found.Tokenizer is { } kind ? $"{Number(vocabulary)} ({kind})" : Number(vocabulary)]);
        if (found.TiedHead is { } tied)
            rows.Add(["output head", tied ? "the embedding itself" : "a matrix of its own"]);
        if (found.Adapter is { } adapter)
        {
            rows.Add(["rank", string.Create(CultureInfo.InvariantCulture, $"{adapter.Rank}, updates × {adapter.Scale:0.###}")]);
            rows.Add(["modules", string.Join(", ", adapter.TargetModules)]);
            rows.Add(["base model", adapter.BaseModel]);
        }

        foreach (var need in found.Memory)
        {
            var cache = need.CacheBytesPerToken is { } bytes ? $", {Bytes(1000 * bytes)} per 1,000 tokens of a hypothesis" : "";
            rows.Add([$"memory, {need.Type}", $"{Bytes(need.WeightBytes)}{cache}{(need.WeightBytes > Here ? "; more than there is here" : "")}"]);
        }

        rows.Add(["memory here", Bytes(Here)]);
        Results.WriteTable(rows);
        if (!withTensors)
            return;
        Console.Out.WriteLine();
        Results.WriteTable([
            ["tensor", "type", "shape", "bytes", "file"],
            .. found.Tensors.Select(t => new[] { t.Name, t.Type, $"[{string.Join(", ", t.Shape)}]", Number(t.Bytes), t.File }),
        ]);
    }

    private static long Here => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(long value) => value switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.0} kB"),
    };
}
