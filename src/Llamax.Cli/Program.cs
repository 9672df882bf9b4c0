Console.WriteLine("llamax");
