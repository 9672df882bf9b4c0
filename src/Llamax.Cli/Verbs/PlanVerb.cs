using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Recipes;
using Llamax.Training.Planning;
using TorchSharp;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax plan RECIPE</c>: what training would cost.</summary>
internal static class PlanVerb
{
    private const double GiB = 1 << 30;

    internal static Command Create()
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A YAML recipe" };
        var set = new Option<string[]>("--set") { Description = "Replace a value of the recipe", HelpName = "A.B=C" };
        var output = new Option<string?>("--out") { Description = "A run folder whose packed sets are counted", HelpName = "DIR" };
        var ranks = new Option<int>("--ranks") { Description = "Processes, each with a device", DefaultValueFactory = _ => 1 };
        var device = new Option<string>("--device")
        {
            Description = "cpu (this machine, measured now), a100-80gb, h100-80gb, or FLOPS,BYTES of one device",
            DefaultValueFactory = _ => "cpu",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var command = new Command("plan", """
            Says what the training phases of a recipe would take: parameters, memory by part, tokens, steps, time, disk. No data is read.

            Examples:
              llamax plan recipes/mini-real.yaml
              llamax plan recipes/llamax2.yaml --ranks 24 --device a100-80gb
              llamax plan recipes/llamax2.yaml --ranks 8 --device 312e12,40e9 --json
            """)
        { recipe, set, output, ranks, device, json };
        command.SetAction(parsed =>
        {
            var bound = RecipeFiles.Bind(RecipeFile.Read(parsed.GetValue(recipe)!), parsed.GetValue(set) ?? []);
            var processes = parsed.GetValue(ranks);
            if (processes is < 1 or > 65536)
                throw new RequestException($"{processes} is no number of processes", "--ranks", "use 1 to 65536");
            var type = bound.DataType == WeightType.Bf16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
            var plan = new RecipePlan(bound, parsed.GetValue(output), PlannedDevice.Parse(parsed.GetValue(device)!, type), processes);
            if (parsed.GetValue(json))
                Results.WriteDocument(Json(plan));
            else
                Print(plan);
            return CommandLine.Done;
        });
        return command;
    }

    private static void Print(RecipePlan plan)
    {
        var names = plan.Phases.SelectMany(phase => phase.Plan.Memory.Parts).Select(part => part.Name).Distinct().ToList();
        Results.WriteTable(
        [
            ["", .. plan.Phases.Select(phase => phase.Name)],
            Row("parameters", phase => Count(phase.Memory.Parameters)),
            Row("trained", phase => Count(phase.Memory.TrainedParameters)),
            Row("tokens", phase => Count(phase.Tokens)),
            Row("steps", phase => Count(phase.Steps)),
            Row("tokens/s", phase => Text($"{phase.TokensPerSecond:N0}")),
            Row("time", phase => Time(phase.Seconds)),
            Row("disk", phase => Gigabytes(phase.DiskBytes)),
            Row("memory of a process", phase => Gigabytes(phase.Memory.Peak)),
            .. names.Select(name => Row($"  {name}", phase => Gigabytes(phase.Memory.Bytes(name)))),
            Row("of a device", phase => Text($"{phase.Device.MemoryBytes / GiB:0.0} GiB, {(phase.Fits ? "fits" : "DOES NOT FIT")}")),
        ]);
        foreach (var assumption in plan.Assumptions)
            Console.Out.WriteLine($"assumed: {assumption}");

        string[] Row(string name, Func<TrainingPlan, string> cell) => [name, .. plan.Phases.Select(phase => cell(phase.Plan))];
    }

    private static JsonObject Json(RecipePlan plan)
    {
        var largest = plan.Phases.MaxBy(phase => phase.Plan.Memory.Peak)!.Plan;
        return new()
        {
            ["bytes"] = Bytes(largest),
            ["tokens"] = plan.Phases.Sum(phase => phase.Plan.Tokens),
            ["steps"] = plan.Phases.Sum(phase => phase.Plan.Steps),
            ["seconds"] = plan.Phases.Sum(phase => phase.Plan.Seconds),
            ["disk"] = plan.Phases.Sum(phase => phase.Plan.DiskBytes),
            ["device"] = new JsonObject
            {
                ["name"] = largest.Device.Name,
                ["flops"] = largest.Device.PeakFlops,
                ["bytes"] = largest.Device.MemoryBytes,
                ["utilization"] = largest.Device.Utilization,
                ["ranks"] = largest.Ranks,
            },
            ["phases"] = new JsonArray([.. plan.Phases.Select(phase => new JsonObject
            {
                ["name"] = phase.Name,
                ["parameters"] = phase.Plan.Memory.Parameters,
                ["trained"] = phase.Plan.Memory.TrainedParameters,
                ["bytes"] = Bytes(phase.Plan),
                ["fits"] = phase.Plan.Fits,
                ["tokens"] = phase.Plan.Tokens,
                ["steps"] = phase.Plan.Steps,
                ["seconds"] = phase.Plan.Seconds,
                ["disk"] = phase.Plan.DiskBytes,
            })]),
            ["assumptions"] = new JsonArray([.. plan.Assumptions.Select(text => (JsonNode)text)]),
        };
    }

    private static JsonObject Bytes(TrainingPlan plan)
    {
        var bytes = new JsonObject();
        foreach (var part in plan.Memory.Parts)
            bytes[part.Name] = part.Bytes;
        bytes["peak"] = plan.Memory.Peak;
        return bytes;
    }

    private static string Count(long number) => Text($"{number:N0}");

    private static string Gigabytes(long bytes) => Text($"{bytes / GiB:0.00} GiB");

    private static string Time(double seconds) => seconds >= 2 * 86400 ? Text($"{seconds / 86400:0.0} days")
        : seconds >= 2 * 3600 ? Text($"{seconds / 3600:0.0} hours")
        : Text($"{seconds / 60:0.0} minutes");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
